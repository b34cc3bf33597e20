"""What every test may use."""

pytest_plugins = ["gme_recording.localcloud.pytest_plugin"]
