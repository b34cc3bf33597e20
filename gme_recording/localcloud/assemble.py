"""One local cloud from its parts: which services, which records, what a fresh state holds."""
