"""What an account that records already has: read, nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from components.config.model import AccessPolicy
from gme_recording.adoption import bucket
from gme_recording.adoption.bucket import Bucket
from gme_recording.api import Cam, Cloud, CloudKind, Cos, LocalCloud
from gme_recording.api.cam import Account
from gme_recording.api.errors import ApiError
from gme_recording.api.gme import Gme
from gme_recording.api.pages import listed
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.console import local
from gme_recording.console.settings import Settings
from gme_recording.deploy.lookup import BUCKET, POLICY, finder
from gme_recording.errors import ExitCode, UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A recording set-up as it was found."""

    cloud: CloudKind
    account: Account
    buckets: tuple[Bucket, ...]
    """One for each region, that of the stack first."""
    policies: Mapping[AccessPolicy, tuple[str, ...]]
    """CAM policies with the names that a stack gives them, each with the users who have it."""
    apps: Mapping[str, Settings]
    """Console settings, by the names that people give the applications."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person says of console settings, which no public API shows."""

    regions: Sequence[str] = ()
    """Where the buckets are, the stack's own region first; none where the console itself can be asked."""
    buckets: Mapping[str, str]
    """Full names, by application's name; that of an empty name is for all others."""
    callback_urls: Mapping[str, str]
    """By application's name; one that is not named has none."""


def survey(cloud: Cloud, apps: Mapping[str, int], told: Told) -> Found:
    """Read what belongs to these applications (name → BizId).

    Raises ApiError, and UserError if an application does not record, or two record into different buckets of
    one region.
    """
    settings = {name: _settings(cloud, name, biz_id, told) for name, biz_id in apps.items()}
    recorded = _one_in_each_region(settings)
    regions = [region for region in told.regions if region in recorded]
    regions += [region for region in recorded if region not in regions]
    account = Cam(cloud).account()
    return Found(
        cloud=cloud.kind,
        account=account,
        buckets=tuple(
            bucket.read(lambda place: Cos(replace(cloud, region=place)), region, recorded[region], account)
            for region in regions
        ),
        policies=_policies(cloud, recorded[regions[0]]),
        apps=settings,
    )


def _one_in_each_region(settings: Mapping[str, Settings]) -> dict[str, str]:
    """Region → the bucket that is recorded into there."""
    recorded: dict[str, str] = {}
    for item in settings.values():
        first = recorded.setdefault(item.region, item.bucket)
        if first != item.bucket:
            raise UserError(
                f"these applications record into two buckets in {item.region}: {first}, {item.bucket}; "
                "a stack has one in a region",
                hint="adopt the applications of each bucket as a stack of their own",
                exit_code=ExitCode.INPUT,
            )
    return recorded


def _settings(cloud: Cloud, name: str, biz_id: int, told: Told) -> Settings:
    settings = _local(cloud, biz_id) if cloud.kind is CloudKind.LOCAL else _told(cloud, name, biz_id, told)
    if not settings.recording:
        raise UserError(
            f"the recording service of application {biz_id} is off: there is nothing to take over",
            hint="declare it in a stack file and deploy it with gme-recording up",
            exit_code=ExitCode.INPUT,
        )
    if told.regions and settings.region not in told.regions:
        raise UserError(
            f"application {biz_id} records into a bucket in {settings.region}, not in "
            + " or ".join(told.regions),
            hint=f"--region {settings.region}",
            exit_code=ExitCode.INPUT,
        )
    return settings


def _local(cloud: Cloud, biz_id: int) -> Settings:
    return local.read(LocalCloud(cloud.url), biz_id)


def _told(cloud: Cloud, name: str, biz_id: int, told: Told) -> Settings:
    """Where no API shows the switch (DescribeApplicationList is mainland's alone), a probe proves it."""
    bucket_name = told.buckets.get(name) or told.buckets.get("")
    if not bucket_name:
        raise UserError(
            f"which bucket application {biz_id} records into, only the GME console shows",
            hint="--bucket <name>-<appid>, as Service Management → Details shows it",
            exit_code=ExitCode.INPUT,
        )
    gme = Gme(cloud)
    try:
        listed = gme.find_app(biz_id)
    except ApiError:
        listed = None
    return Settings(
        biz_id=biz_id,
        recording=listed.recording if listed else gme.is_activated(biz_id),
        scope="custom",
        bucket=bucket_name,
        region=_region_of(cloud, bucket_name, told.regions),
        callback_url=told.callback_urls.get(name, ""),
    )


def _region_of(cloud: Cloud, name: str, regions: Sequence[str]) -> str:
    for region in regions:
        if finder(replace(cloud, region=region))(BUCKET, {"bucket": name}):
            return region
    raise UserError(
        f"there is no bucket {name} in {' or '.join(regions) or 'any region that was named'}",
        hint="--region <region>, for each region that is recorded in, as the COS console shows it",
        exit_code=ExitCode.INPUT,
    )


def _policies(cloud: Cloud, name: str) -> dict[AccessPolicy, tuple[str, ...]]:
    find = finder(cloud)
    ids = {policy: find(POLICY, {"name": f"{name}-{policy}"}) for policy in AccessPolicy}
    attached = _attached(cloud) if any(ids.values()) else {}
    return {
        policy: tuple(user for user, theirs in attached.items() if policy_id in theirs)
        for policy, policy_id in ids.items()
        if policy_id
    }


def _attached(cloud: Cloud) -> dict[str, frozenset[str]]:
    """Name of each user of the account → ids of the policies that are attached to it."""
    cam = Service(cloud, "cam")
    users = cam.call("ListUsers", {}, Repeat.HARMLESS)["Data"]
    return {
        str(user["Name"]): frozenset(
            str(row["PolicyId"])
            for row in listed(cam, "ListAttachedUserPolicies", {"TargetUin": user["Uin"]})
        )
        for user in sorted(users, key=lambda user: str(user["Name"]))
    }
