"""The policy pack: serves the rules to the Pulumi engine. Nothing else imports `pulumi_policy`.

The engine runs this folder as a program in an environment of its own (`requirements.lock`), whose protobuf is
older than that of the project's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi_policy as pack
from pulumi_policy.proxy import UnknownValueError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gme_recording.errors import InvalidInput
from policy import RESOURCE_RULES, STACK_RULES
from policy.inputs import UNKNOWN, Inputs
from policy.rule import Outcome, Resource, Rule, Stack, Subject, judge


def on_resource(rule: Rule[Resource]) -> pack.ResourceValidationPolicy:
    def validate(args: pack.ResourceValidationArgs, report: Callable[[str], None]) -> None:
        resource = _resource(args)
        if rule.concerns(resource):
            _report(rule, resource, args, report)

    return pack.ResourceValidationPolicy(**_described(rule), validate=validate)


def on_stack(rule: Rule[Stack]) -> pack.StackValidationPolicy:
    def validate(args: pack.StackValidationArgs, report: Callable[[str], None]) -> None:
        _report(rule, tuple(_resource(each) for each in args.resources), args, report)

    return pack.StackValidationPolicy(**_described(rule), validate=validate)


def _report(rule: Rule[Subject], subject: Subject, args: Any, report: Callable[[str], None]) -> None:
    try:
        verdict = judge(rule, subject, args.get_config())
    except InvalidInput as error:  # the engine lets misspelt options pass
        report(str(error))
        return
    if verdict.outcome is Outcome.VIOLATED:
        report(f"{verdict.text}. {rule.reason} What to do: {rule.hint}.")
    if verdict.outcome is Outcome.UNDECIDED:
        args.not_applicable(verdict.text)


def _described(rule: Rule[Any]) -> dict[str, Any]:
    level = pack.EnforcementLevel.MANDATORY if rule.stops else pack.EnforcementLevel.ADVISORY
    return {
        "name": rule.id,
        "description": f"{rule.title}.",
        "enforcement_level": level,
        "severity": pack.Severity(rule.severity.value),
        "remediation_steps": rule.hint,
        "tags": [*rule.maps_to],
        "config_schema": pack.PolicyConfigSchema({option.name: option.schema for option in rule.options}),
    }


def _resource(args: Any) -> Resource:
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        inputs=Inputs(_plain(args.props)),
        protect=args.opts.protect,
        provider=Inputs(_plain(args.provider.props) if args.provider else {}),
    )


def _plain(value: Any) -> Any:
    """The value without the SDK's guard against unknown parts, which gives up on all rules alike."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, at) for at in range(len(value))]
    return value


def _item(container: Any, key: str | int) -> Any:
    try:
        return _plain(container[key])
    except UnknownValueError:
        return UNKNOWN


if __name__ == "__main__":
    pack.PolicyPack(
        "gme-recording",
        [*map(on_resource, RESOURCE_RULES), *map(on_stack, STACK_RULES)],
        enforcement_level=pack.EnforcementLevel.ADVISORY,
    )
