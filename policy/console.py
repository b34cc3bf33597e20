"""Rules on GME's console settings, and on what every resource must not carry."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from policy.access import LINKED_ROLE, ROLE
from policy.rule import Option, Options, Resource, Rule, Severity
from policy.storage import BUCKET, ENVIRONMENT

SETTINGS = "gme:console:RecordingSettings"
TAGGABLE = (BUCKET, ROLE, LINKED_ROLE)
LOOPBACK = ("127.0.0.1", "localhost", "::1")

SECRETS = {
    "a Tencent Cloud secret id": re.compile(r"\bAKID[A-Za-z0-9_-]{20,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a signature that gives access": re.compile(r"[?&]q-signature=[0-9a-f]{40}"),
    "a URL with a password": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@"),
}


def callback_in_clear(settings: Resource, _: Options) -> str | None:
    url = settings.inputs.get("callbackUrl") or ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return "callbackUrl is not a URL"
    at_home = host in LOOPBACK and settings.inputs.get("cloud") == "local"
    if not url or parts.scheme == "https" or at_home:
        return None
    return f"callbackUrl begins with {parts.scheme or 'nothing'}, not https"


def records_everything(settings: Resource, options: Options) -> str | None:
    scope = settings.inputs.get("scope") or "custom"
    return None if scope in options["scopes"] else f"scope is {scope}"


def elsewhere(resource: Resource, options: Options) -> str | None:
    if resource.type == SETTINGS:
        regions = [resource.inputs.get("region")]
    else:
        copies = resource.inputs.get("replicaRules") or ()
        regions = [
            resource.provider.get("region"),
            *(region_of(rule["destinationBucket"]) for rule in copies),
        ]
    strange = sorted({region for region in regions if region} - {*options["regions"]})
    return f"recordings are kept in {', '.join(strange)}" if strange else None


def tags_missing(resource: Resource, options: Options) -> str | None:
    tags = resource.inputs.get("tags") or {}
    missing = [name for name in options["tags"] if not tags.get(name)]
    return f"it has no tag {', '.join(missing)}" if missing else None


def secret_in_clear(resource: Resource, _: Options) -> str | None:
    """Says where and what kind, never the secret."""
    for at, text in resource.inputs.texts():
        for kind, pattern in SECRETS.items():
            if pattern.search(text):
                return f"{at} holds {kind}"
    return None


def region_of(bucket: str) -> str:
    """Return the region of a bucket's name in the form `qcs::cos:<region>::<bucket>`, or an empty text."""
    parts = bucket.split(":")
    return parts[3] if len(parts) > 3 else ""


RULES: tuple[Rule[Resource], ...] = (
    Rule(
        id="callback-https",
        title="Recording events are posted over https",
        severity=Severity.HIGH,
        reason="Events name players and files; over http anyone on the way reads and repeats them.",
        hint="callbackUrl: https://…",
        types=(SETTINGS,),
        violates=callback_in_clear,
    ),
    Rule(
        id="scope-custom",
        title="Only what a server asks for is recorded",
        severity=Severity.MEDIUM,
        reason="With full scope every word in every room is recorded, needed or not, and billed.",
        hint="scope: custom",
        types=(SETTINGS,),
        options=(Option("scopes", ("custom",), "scopes that may be declared"),),
        violates=records_everything,
    ),
    Rule(
        id="region-allowed",
        title="Recordings stay in the regions allowed for them",
        severity=Severity.HIGH,
        reason="Where voices are kept decides which law holds; a copy in another country may need consent.",
        hint="choose an allowed region, or have the new one approved and add it to the option",
        types=(BUCKET, SETTINGS),
        options=(
            Option("regions", ("ap-guangzhou", "ap-singapore"), "COS regions that may hold recordings"),
        ),
        violates=elsewhere,
    ),
    Rule(
        id="tags-present",
        title="What can carry tags says whose it is",
        severity=Severity.MEDIUM,
        reason=f"Bills, reviews and rules of this pack go by tags; those for production by `{ENVIRONMENT}`.",
        hint="gme-recording:tags in the stack file",
        types=TAGGABLE,
        options=(Option("tags", (ENVIRONMENT,), "tags that must be set"),),
        violates=tags_missing,
    ),
    Rule(
        id="no-plain-secrets",
        title="No input holds a secret in clear",
        severity=Severity.CRITICAL,
        reason="Inputs are kept in the state and shown in previews, which more people see than may.",
        hint="change the secret now, then give it by `pulumi config set --secret` or the environment",
        violates=secret_in_clear,
    ),
)
