"""Policy documents for the tests of CAM and STS."""

import json

OBJECTS = "qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000/*"
SERVICE = {"service": ["cvm.qcloud.com"]}


def policy(action: str = "name/cos:GetObject", resource: str = OBJECTS, effect: str = "allow") -> str:
    statement = {"effect": effect, "action": [action], "resource": [resource]}
    return json.dumps({"version": "2.0", "statement": [statement]})


def trust(principal: object = SERVICE) -> str:
    statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": principal}
    return json.dumps({"version": "2.0", "statement": [statement]})
