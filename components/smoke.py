"""The smoke test as the last step of a deployment.

A `pulumi.Stash` that depends on everything holds a fingerprint of what matters; a hook before it is created
or updated runs the test. A failing hook fails the deployment and leaves the old fingerprint (or none) in
the state, so the next `pulumi up` tests again until it passes, and a preview shows that a test is due. An
after-hook would not do: the engine would record the fingerprint of a test that failed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

import pulumi

from components import documents, lifecycle
from components.config.model import App, SmokeWhen, Stack
from gme_recording import smoke
from gme_recording.api import Cloud
from gme_recording.errors import UserError
from gme_recording.smoke import Mode, Report, Target

_GOING_SECONDS = 3.0
"""An engine that was stopped at once takes its program along; who answers it before gets a traceback."""

Hook = Callable[[pulumi.ResourceHookArgs], Awaitable[None]]


class SmokeTestFailed(Exception):
    """What Pulumi shows as the error; never empty, for Pulumi takes an empty error for success."""


class SmokeTestArgs(TypedDict):
    targets: Sequence[Target]
    """What is proved, one for each application."""
    when: SmokeWhen
    """`always` makes every deployment a change."""
    evidence: Mapping[str, pulumi.Input[str]]
    """Outputs that change when something was made anew without being declared differently."""
    requires: Sequence[pulumi.Resource]
    """What must stand before the test."""
    root: Path
    """The project's folder: address of the local cloud, and where the last report is kept."""


class SmokeTest(pulumi.ComponentResource):
    """Marker whose input says what was proved; see the module."""

    proved: pulumi.Output[str]
    """Fingerprint of what the last passed test proved; `off` without a test."""

    def __init__(self, name: str, args: SmokeTestArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        mode = args["targets"][0].mode
        declared = {"mode": str(mode), "when": str(args["when"]), "apps": [t.app for t in args["targets"]]}
        super().__init__("gme-recording:smoke:SmokeTest", name, declared, opts)
        fingerprint: pulumi.Input[str] = str(Mode.OFF) if mode is Mode.OFF else _fingerprint(args)
        marker = pulumi.Stash(
            f"{name}-marker",
            input={"mode": str(mode), "fingerprint": fingerprint},
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*args["requires"]],
                hooks=None if mode is Mode.OFF else _hooks(name, args),
            ),
        )
        # Without a fingerprint the engine has passed it over, as `up --target` of something else does.
        self.proved = marker.input.apply(lambda recorded: str(recorded.get("fingerprint", "")))
        self.register_outputs({"proved": self.proved})


def proving(targets: Sequence[Target], root: Path) -> Hook:
    """The hook: tests every target, keeps and logs the reports, raises `SmokeTestFailed` if one failed.

    Its blocking work has an executor of its own: on the SDK's default one, hooks and registrations that wait
    for each other can stop the deployment for ever.
    """

    async def prove(_: pulumi.ResourceHookArgs) -> None:
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smoke-test")
        try:
            reports = await asyncio.get_running_loop().run_in_executor(executor, _prove_all, targets, root)
        except smoke.Interrupted:
            raise SmokeTestFailed("the smoke test was interrupted") from None
        except asyncio.CancelledError:
            smoke.interrupt()
            await asyncio.sleep(_GOING_SECONDS)
            raise
        except UserError as error:
            raise SmokeTestFailed(f"the smoke test could not run: {error}") from error
        except Exception as error:
            raise SmokeTestFailed(f"the smoke test ended unexpectedly: {error!r}") from error
        finally:
            executor.shutdown(wait=False)
        pulumi.log.info(smoke.render_text(reports))
        if not all(report.passed for report in reports):
            raise SmokeTestFailed(smoke.failure_message(reports))

    return prove


def targets(stack: Stack, owner_uin: str = "") -> tuple[Target, ...]:
    """What the smoke test is told to prove, one target for each application.

    Without `owner_uin` a bucket policy that limits networks cannot be worded and is not compared.
    """
    return tuple(_target(stack, app, owner_uin) for app in stack.apps)


def _target(stack: Stack, app: App, owner_uin: str) -> Target:
    place = stack.place_of(app)
    networks, log, replica = place.storage.allowed_networks, place.storage.access_log, place.storage.replica
    policy = documents.bucket_policy(place.region, stack.appid, place.bucket, owner_uin, networks)
    return Target(
        stack=stack.name,
        app=app.name,
        cloud=stack.cloud,
        appid=stack.appid,
        region=place.region,
        bucket=place.bucket,
        biz_id=app.biz_id,
        room=stack.smoke.room,
        mode=stack.smoke.mode,
        record_seconds=stack.smoke.record_seconds,
        timeout_seconds=stack.smoke.timeout_seconds,
        lifecycle=lifecycle.rules(place, stack.smoke),
        encryption=place.storage.encryption,
        callback_url=app.callback_url,
        callback_relay=stack.smoke.callback_relay,
        policy=policy if owner_uin or not networks else "",
        versioning=place.storage.versioning,
        tags=tuple(sorted(stack.tags.items())),
        log_bucket=stack.full_name(log.name) if log else "",
        replica=f"{replica.region}/{stack.full_name(replica.name)}" if replica else "",
    )


def _prove_all(targets: Sequence[Target], root: Path) -> tuple[Report, ...]:
    clouds = {target.region: Cloud.connect(target.cloud, target.region, root) for target in targets}
    reports = smoke.run_all(targets, clouds)
    smoke.keep(reports, root)
    return reports


def _hooks(name: str, args: SmokeTestArgs) -> pulumi.ResourceHookBinding:
    hook = pulumi.ResourceHook(f"{name}-test", proving(args["targets"], args["root"]))
    return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])


def _fingerprint(args: SmokeTestArgs) -> pulumi.Output[str]:
    """Twelve hex digits over all that was declared and the evidence; new each time with `always`."""
    declared = [target.fingerprint_data() for target in args["targets"]]
    run = uuid.uuid4().hex if args["when"] is SmokeWhen.ALWAYS else ""

    def digest(evidence: Mapping[str, str]) -> str:
        text = json.dumps([declared, evidence, run], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    return pulumi.Output.all(**args["evidence"]).apply(digest)
