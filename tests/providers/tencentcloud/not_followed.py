"""What the stand-in does not answer as the official provider did, and why.

`type/scenario` → reason → calls (`step method`). A call that is listed here and answered alike fails the
test, as does one that is answered otherwise and not listed.
"""

from __future__ import annotations

NOT_SERVED = "declares what only the official provider serves: the stand-in refuses it at Check"
GONE_IS_GONE = (
    "missing in the cloud: the official provider fails, here the resource is gone and can be made again"
)
GONE_IS_DELETED = (
    "deleting what is gone already: an error of the official provider, done here (a killed destroy)"
)
NAMES_UNCHANGED = "the official provider names expiration.deleteMarker as changed when something else is"
NEW_AND_OLD_MEMBERS = "the official provider writes an absent date of old members of a changed set otherwise"
LOGGING_OFF = "the official provider cannot switch the access log off, the stand-in does"
DENIED_READ = "a denied read is taken for nothing by the official provider, and is an error here"
OTHER_REQUESTS = "the stand-in sends other requests than the one whose refusal was recorded"
EMPTY_IS_NOTHING = "the official provider keeps an empty text of what it did not read, here it is nothing"
FAILURE_TOLD = (
    "a text that is no number ends the official provider's call, here it is a failure like any other"
)
AT_ONCE = "the official provider waits for a new role to be listed; the local cloud lists it at once"
USER_NOT_SERVED = "makes a cam.User, which only the official provider serves"
NAMES_BY_CHANCE = "the seven digits come from Go's random numbers, seeded; here from a hash of the seed"

NOT_FOLLOWED: dict[str, dict[str, list[str]]] = {
    "cam.Policy/autoname": {
        NAMES_BY_CHANCE: ["01-create.preview Check", "02-create.up Check"],
    },
    "cam.Policy/failures": {
        GONE_IS_DELETED: ["10-delete-missing Delete"],
    },
    "cam.Role/autoname": {
        NAMES_BY_CHANCE: ["01-create.preview Check", "02-create.up Check"],
    },
    "cam.Role/check_fail": {
        FAILURE_TOLD: ["04-session-as-text Check"],
    },
    "cam.Role/create_slow_visible": {
        AT_ONCE: ["01-create Create"],
    },
    "cam.Role/refresh_deleted": {
        GONE_IS_DELETED: ["04-destroy-fails Delete"],
    },
    "cam.RolePolicyAttachment/delete_missing": {
        GONE_IS_DELETED: ["02-detached-already Delete", "03-role-gone Delete"],
    },
    "cam.ServiceLinkedRole/import": {
        GONE_IS_GONE: ["04-import-missing Read"],
    },
    "cam.ServiceLinkedRole/refresh": {
        GONE_IS_GONE: ["05-refresh-fails Read"],
        GONE_IS_DELETED: ["07-destroy-fails Delete"],
    },
    "cam.UserPolicyAttachment/create_with_unknown": {
        USER_NOT_SERVED: [
            "01-create.preview Check",
            "01-create.preview Create",
            "02-create.up Create",
            "03-same.preview Check",
            "03-same.preview Diff",
            "05-destroy Delete",
        ],
    },
    "cam.UserPolicyAttachment/refresh": {
        GONE_IS_GONE: ["05-refresh-user-gone Read"],
        GONE_IS_DELETED: ["06-destroy-user-gone Delete"],
    },
    "cos.Bucket/acl_body_with_display_names": {
        NOT_SERVED: [
            "01-create Check",
            "01-create Create",
            "04-grants-reordered Diff",
            "05-refresh Diff",
            "06-after-refresh Diff",
        ],
    },
    "cos.Bucket/check_fail_other": {
        NOT_SERVED: [
            "03-acl-body Check",
            "04-website-redirect Check",
            "08-origin-domain-status Check",
        ],
    },
    "cos.Bucket/deleted_without_refresh": {
        OTHER_REQUESTS: ["03-update-fails Update"],
        GONE_IS_DELETED: ["04-destroy-fails Delete"],
    },
    "cos.Bucket/lifecycle_sub_blocks": {
        NEW_AND_OLD_MEMBERS: [
            "02-two-transitions.preview Update",
            "03-two-transitions.up Update",
            "06-transition-date Diff",
        ],
    },
    "cos.Bucket/mode_s_life": {
        NOT_SERVED: [
            "01-create.preview Check",
            "01-create.preview Create",
            "02-create.up Create",
            "03-same Check",
            "04-refresh Read",
            "05-origins-removed Update",
            "06-acl-body Check",
            "06-acl-body Update",
        ],
    },
    "cos.Bucket/read_faults": {
        DENIED_READ: ["05-tagging-403-ignored Read", "06-logging-403-ignored Read"],
    },
    "cos.Bucket/refresh_drift": {
        NAMES_UNCHANGED: [
            "05-lifecycle Diff",
            "06-lifecycle-refresh Diff",
            "07-lifecycle-repair-preview Diff",
            "08-lifecycle-repair Diff",
        ],
    },
    "cos.Bucket/replace_bucket_name": {
        NAMES_UNCHANGED: ["02-rename.preview Diff"],
    },
    "cos.Bucket/replace_chdfs": {
        NOT_SERVED: ["01-create.preview Check", "02-create.up Create", "04-refresh Read"],
    },
    "cos.Bucket/replace_multi_az_same_name": {
        NOT_SERVED: [
            "02-multi-az.preview Check",
            "04-delete-before-replace Create",
            "08-off-again.up Create",
        ],
    },
    "cos.Bucket/secret_inputs": {
        NAMES_UNCHANGED: ["04-change Diff"],
    },
    "cos.Bucket/update_acl_body": {
        NOT_SERVED: ["02-two-grants.preview Check", "03-two-grants.up Update", "04-change Update"],
    },
    "cos.Bucket/update_lifecycle": {
        NAMES_UNCHANGED: ["07-second.preview Diff", "08-second.up Update"],
    },
    "cos.Bucket/update_logging": {
        LOGGING_OFF: [
            "06-off-by-leaving-out.up Update",
            "08-off-with-empty-strings.up Update",
            "09-same Update",
        ],
    },
    "cos.Bucket/update_lost_lifecycle_days": {
        NAMES_UNCHANGED: ["07-refresh Diff", "08-after-refresh Diff", "09-after-refresh.up Diff"],
    },
    "cos.Bucket/update_lost_with_other_change": {
        NAMES_UNCHANGED: [
            "03-next-with-tag Diff",
            "03-next-with-tag Update",
            "04-refresh Diff",
            "05-after-refresh Diff",
        ],
    },
    "cos.Bucket/update_replication": {
        EMPTY_IS_NOTHING: ["03-add.up Update", "05-remove Update"],
    },
    "cos.Bucket/update_website": {
        NOT_SERVED: [
            "02-index.preview Check",
            "02-index.preview Update",
            "03-index.up Update",
            "04-error-document Diff",
            "04-error-document Update",
            "05-routing-rules Diff",
            "05-routing-rules Update",
            "06-redirect-https Diff",
            "06-redirect-https Update",
        ],
    },
    "cos.BucketPolicy/import": {
        GONE_IS_GONE: ["03-import-without-policy Read"],
    },
    "cos.BucketPolicy/refresh_bucket_gone": {
        GONE_IS_GONE: ["02-refresh-fails Read"],
        GONE_IS_DELETED: ["04-destroy-fails Delete"],
    },
    "cos.BucketPolicy/refresh_deleted": {
        GONE_IS_GONE: ["02-refresh-fails Read"],
    },
    "cos.BucketReferer/refresh": {
        GONE_IS_GONE: ["06-refresh-fails Read"],
    },
}
