"""The Pulumi program: one recording environment, as the stack's file declares it.

What can be declared is in Pulumi.yaml and `components/config/model.py`; what is made of it in `components/`.
"""

from __future__ import annotations

from pathlib import Path

import pulumi

from components import RecordingEnvironment, access, tags
from components.config import parse
from components.config.model import Grant
from gme_recording.api import Cam, Cloud
from gme_recording.errors import UserError

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Declare the stack; its outputs are those of the environment."""
    stack = parse.from_pulumi()
    for warning in parse.warnings(stack):
        pulumi.log.warn(str(warning))
    tags.register(stack.tags)
    owner = access.owner(stack.appid)
    if stack.access.grant is Grant.EXISTING:
        access.require_grant(Cam(Cloud.connect(stack.cloud, stack.region, ROOT)))
    environment = RecordingEnvironment("recording", {"stack": stack, "owner_uin": owner.uin, "root": ROOT})
    for name, value in environment.outputs.items():
        pulumi.export(name, value)


try:
    main()
except UserError as error:
    raise pulumi.RunError(str(error)) from None
