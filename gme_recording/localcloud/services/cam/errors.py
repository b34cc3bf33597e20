"""What CAM says no with. The codes are those of the vendor's SDK; a guess which case gets which is marked."""

from __future__ import annotations

from gme_recording.localcloud.refusal import Refusal

INVALID_NAME = Refusal("InvalidParameter.ParamError", "{parameter} is invalid.")
NOT_IDENTIFIED = Refusal("InvalidParameter.ParamError", "One of {parameters} is required.")
OUT_OF_RANGE = Refusal("InvalidParameter.ParamError", "{parameter} must be from {low} to {high}.")

ROLE_NAME_IN_USE = Refusal("InvalidParameter.RoleNameInUse", "The role name is in use.")
ROLE_NOT_EXIST = Refusal("InvalidParameter.RoleNotExist", "The role does not exist.")
PRINCIPAL_SERVICE_NOT_EXIST = Refusal(
    "InvalidParameter.PrincipalServiceNotExist", "There is no service-linked role for {service}."
)
DELETION_TASK_NOT_EXIST = Refusal(
    "InvalidParameter.DeletionTaskNotExist", "The deletion task does not exist."
)
UNMODIFIABLE = Refusal("FailedOperation.Unmodifiable", "{what} belongs to a service and cannot be changed.")
"""A guess: the vendor's page does not say which code a service-linked role or preset policy gets."""

POLICY_NAME_IN_USE = Refusal("FailedOperation.PolicyNameInUse", "The policy name is in use.")
POLICY_NOT_FOUND = Refusal("ResourceNotFound.PolicyIdNotFound", "The policy does not exist.")
VERSION_NOT_EXIST = Refusal("InvalidParameter.PolicyVersionNotExists", "The policy has no version {number}.")
VERSION_ALREADY_DEFAULT = Refusal(
    "FailedOperation.PolicyVersionAlreadyDefault", "Version {number} is the default version."
)
VERSIONS_FULL = Refusal("FailedOperation.PolicyVersionFull", "A policy has {limit} versions at most.")
NOT_ATTACHED = Refusal("ResourceNotFound.PolicyIdNotFound", "The policy is not attached to the {entity}.")

USER_NAME_IN_USE = Refusal("InvalidParameter.SubUserNameInUse", "The user name is in use.")
USER_NAME_ILLEGAL = Refusal("InvalidParameter.UserNameIllegal", "The user name is illegal.")
USER_NOT_EXIST = Refusal("ResourceNotFound.UserNotExist", "The user does not exist.")
HAVE_KEYS = Refusal(
    "OperationDenied.HaveKeys", "The user has API keys. Delete them first or delete the user by force."
)
KEY_LIMIT = Refusal("OperationDenied.AccessKeyOverLimit", "A user has two keys at most.")
KEY_NOT_EXIST = Refusal("ResourceNotFound.SecretNotExist", "The key does not exist.")

IDENTITY_NAME_IN_USE = Refusal(
    "InvalidParameter.IdentityNameInUse", "The identity provider's name is in use."
)
IDENTITY_NAME_ERROR = Refusal("InvalidParameterValue.NameError", "The identity provider's name is invalid.")
IDENTITY_URL_ERROR = Refusal(
    "InvalidParameterValue.IdentityUrlError", "The identity provider's URL is invalid."
)
IDENTITY_KEY_ERROR = Refusal("InvalidParameterValue.IdentityKeyError", "The public key is wrong: {problem}.")
IDENTITY_NOT_EXIST = Refusal("ResourceNotFound.IdentityNotExist", "The identity provider does not exist.")

DOCUMENT_ERRORS = {
    where: Refusal(f"InvalidParameter.{code}", "{problem}.")
    for where, code in {
        "document": "PolicyDocumentError",
        "version": "VersionError",
        "statement": "StatementError",
        "effect": "EffectError",
        "action": "ActionError",
        "resource": "ResourceError",
        "principal": "PrincipalError",
        "condition": "ConditionError",
    }.items()
}
"""By the element of the policy document that is wrong."""
