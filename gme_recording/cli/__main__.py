"""`python -m gme_recording.cli` is `gme-recording`."""

from gme_recording.cli.app import main

if __name__ == "__main__":
    main()
