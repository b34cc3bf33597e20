from providers.gme.provider import provider

__all__ = ["provider"]
