"""What every test may use."""

import os
import tempfile

os.environ["GME_RECORDING_CACHE"] = tempfile.mkdtemp(prefix="gme-recording-cache-")  # none of the user's own

pytest_plugins = ["gme_recording.localcloud.pytest_plugin"]
