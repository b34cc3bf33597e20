"""The stand-in for the official provider `tencentcloud` 0.2.3: same answers, the local cloud only.

What it answers is compared with recordings of the official one; what it does not follow, and why, is listed
in `tests/providers/tencentcloud/not_followed.py`.
"""

from __future__ import annotations

from pulumi.provider.experimental.provider import CheckFailure

from providers.kit.check import Failure, Fault
from providers.kit.provider import Package, TableProvider
from providers.tencentcloud import configure, user_info
from providers.tencentcloud.cam.attachments import RolePolicyAttachment, UserPolicyAttachment
from providers.tencentcloud.cam.policy import Policy
from providers.tencentcloud.cam.role import Role
from providers.tencentcloud.cam.service_linked_role import ServiceLinkedRole
from providers.tencentcloud.clients import Clients
from providers.tencentcloud.cos.bucket import Bucket
from providers.tencentcloud.cos.bucket_policy import BucketPolicy
from providers.tencentcloud.cos.bucket_referer import BucketReferer

VERSION = "0.2.3"
RESOURCES = (
    Bucket,
    BucketPolicy,
    BucketReferer,
    Policy,
    Role,
    RolePolicyAttachment,
    ServiceLinkedRole,
    UserPolicyAttachment,
)


def word(failure: Failure, resource: str) -> CheckFailure:
    """Tell a failure in the official provider's words."""
    if failure.fault is Fault.MISSING:
        reason = (
            f'Missing required argument. The argument "{failure.vendor}" is required, '
            "but no definition was found."
        )
    elif failure.fault is Fault.INCOMPLETE:
        reason = f"Missing required argument. {failure.reason}"
    elif failure.fault is Fault.UNKNOWN_KEY:
        reason = "Invalid or unknown key"
    elif failure.fault is Fault.NOT_SERVED:
        reason = "the stand-in provider of the local stack does not serve this property"
    else:
        reason = failure.reason
    if not resource:
        reason = f"could not validate provider configuration: {reason}"
        return CheckFailure("", f"{reason}. Check `pulumi config get tencentcloud:{failure.path}`.")
    return CheckFailure("", f"{reason}. Examine values at '{resource}.{failure.path}'.")


def provider() -> TableProvider[Clients]:
    """Return a new provider, not configured yet."""
    return TableProvider(
        Package(
            name="tencentcloud",
            version=VERSION,
            configuration=configure.PROPERTIES,
            connect=configure.connect,
            resources=RESOURCES,
            functions={user_info.TOKEN: user_info.get_info},
            word=word,
            bridged=True,
        )
    )
