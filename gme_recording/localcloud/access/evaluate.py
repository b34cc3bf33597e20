"""Allow or deny (pure): the policies of identity, session and resource against one question.

An explicit deny wins over every allow; what nobody allows is denied. The account that owns a resource may do
everything with it that nobody denies. An order of documents or statements does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gme_recording.localcloud.access.condition import Facts, UnknownOperator, holds
from gme_recording.localcloud.access.document import Statement, parse
from gme_recording.localcloud.access.match import PARTS, action_matches, principal_matches, resource_matches
from gme_recording.localcloud.identity import Kind, Principal
from gme_recording.localcloud.messages import Request


@dataclass(frozen=True, slots=True)
class Question:
    principal: Principal
    action: str
    """`cos:PutObject`."""
    resource: str
    """Six parts: `qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000/key`."""
    facts: Facts = field(default_factory=dict)
    """What conditions may ask about, see `facts_of`."""


def facts_of(request: Request, vpc: str = "") -> Facts:
    """The condition keys that every request answers, and COS's keys of headers and query (436/71307). What a
    request does not say is missing: a version of TLS where none was spoken, a VPC for a client outside.
    """
    said = {
        "cos:secure-transport": str(request.secure).lower(),
        "cos:tls-version": request.tls,
        "qcs:ip": request.client,
        "qcs:vpc": vpc,
        "vpc:requester_vpc": vpc,
    }
    facts = {key: value for key, value in said.items() if value}
    facts |= {f"cos:{name}": value for name, value in request.headers.items() if name.startswith("x-cos-")}
    names = {"prefix", "delimiter", "max-keys", "versionid"}
    facts |= {f"cos:{name.lower()}": value for name, value in request.arguments() if name.lower() in names}
    return facts


def decide(question: Question, identity: Sequence[str], on_resource: Sequence[str]) -> bool:
    """Whether policies allow it: `identity` holds the documents attached to the principal, `on_resource`
    those of the resource. Raises Malformed for a document that never was one.
    """
    principal = question.principal
    own = _verdicts(identity, question)
    granted = _verdicts(on_resource, question)
    session = _verdicts((principal.session_policy,), question) if principal.session_policy else {True}
    if False in own | granted | session or not session:
        return False
    if principal.kind is Kind.ANONYMOUS:
        return bool(granted)
    trusted = principal.kind is Kind.OWNER or bool(own)
    if _is_home(principal, question.resource):
        return trusted or bool(granted)
    return trusted and bool(granted)


def trusts(document: str, principal: Principal, facts: Facts) -> bool:
    """Whether a role's trust document lets that principal assume the role."""
    action = "AssumeRoleWithWebIdentity" if principal.kind is Kind.FEDERATED else "AssumeRole"
    return _verdicts((document,), Question(principal, f"sts:{action}", "", facts)) == {True}


def _is_home(principal: Principal, resource: str) -> bool:
    """Whether the resource is of the principal's own account; a resource that names none is."""
    parts = resource.split(":", PARTS - 1)
    account = parts[PARTS - 2] if len(parts) == PARTS else ""
    return account in {"", "uin/", "uid/", f"uin/{principal.owner_uin}", f"uid/{principal.appid}"}


def _verdicts(documents: Sequence[str], question: Question) -> set[bool]:
    """True if a statement allows, False if one denies, both, or neither."""
    return {
        statement.allows
        for document in documents
        for statement in parse(document)
        if _applies(statement, question)
    }


def _applies(statement: Statement, question: Question) -> bool:
    if statement.principals is not None and not any(
        principal_matches(pattern, question.principal.qcs) for pattern in statement.principals
    ):
        return False
    if not any(action_matches(pattern, question.action) for pattern in statement.actions):
        return False
    if statement.resources and not any(
        resource_matches(pattern, question.resource) for pattern in statement.resources
    ):
        return False
    try:
        return all(holds(condition, question.facts) for condition in statement.conditions)
    except UnknownOperator:
        return not statement.allows
