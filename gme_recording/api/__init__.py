"""Clients of GME, COS and CAM, for Tencent Cloud and for the local cloud; importing loads no vendor SDK."""

from gme_recording.api.cam import Account, Cam, Role
from gme_recording.api.cos import Cos, LifecycleRule
from gme_recording.api.credentials import CloudKind, Credentials, Secret
from gme_recording.api.endpoints import Cloud
from gme_recording.api.errors import ApiError, vendor_errors
from gme_recording.api.gme import Gme, RecordFile, RecordMode, RecordStatus, Task
from gme_recording.api.local import LocalCloud

__all__ = [
    "Account",
    "ApiError",
    "Cam",
    "Cloud",
    "CloudKind",
    "Cos",
    "Credentials",
    "Gme",
    "LifecycleRule",
    "LocalCloud",
    "RecordFile",
    "RecordMode",
    "RecordStatus",
    "Role",
    "Secret",
    "Task",
    "vendor_errors",
]
