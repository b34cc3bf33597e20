"""Requests at random, with ids and names that exist: 10,000 in the suite, `FUZZ_REQUESTS` for more.

`FUZZ_SEED` repeats a run. The admin endpoints are left out where tenants are watched, for whoever is at this
machine may do everything.
"""

from __future__ import annotations

import json
import os
import random
import re
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints
from urllib.parse import quote, urlencode

import pytest

from gme_recording.localcloud import assemble
from gme_recording.localcloud.assemble import SECRET_ID, SECRET_KEY
from gme_recording.localcloud.clock import FURTHEST, Due, Offset
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.dialects.web import camel
from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.services.cam.model import Counter
from gme_recording.localcloud.services.gme.model import App
from gme_recording.localcloud.store import Record
from tests.localcloud.signing import VERSIONS, api3, ask, cos

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "10000"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.SystemRandom().randrange(2**32)
BUCKET, BIZ_ID = "rec-1250000000", 1400000001
OWN_BUCKET = "own-1250000002"
"""The stranger's."""
CANARY = "canary7f3a9c51"
"""In what the main account keeps; never sent, so nobody else may get it."""
STRANGER = Key(
    "AKIDlocalStranger", "stranger-key", Kind.OWNER, "200000000002", "1250000002", uin="200000000002"
)
ALLOW_ALL = '{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}'
TRUST = (
    '{"version": "2.0", "statement": [{"effect": "allow", "action": "name/sts:AssumeRole",'
    ' "principal": {"service": ["gme.cloud.tencent.com"]}}]}'
)
LONG = "9" * 5000
"""More digits than Python makes a number of."""
LONE = "\ud800"
"""Half of a surrogate pair, which has no UTF-8."""
MOVES = (Due, Offset, Counter)
"""Records that change by themselves or belong to nobody."""


@dataclass(slots=True)
class World:
    """A cloud in which the main account has something of everything."""

    cloud: Cloud
    random: random.Random
    numbers: list[int]
    texts: list[str]

    def now(self) -> float:
        return self.cloud.clock.machine_now().timestamp()


def a_world(seed: int) -> World:
    cloud = assemble.local_cloud(None)
    cloud.store.add(Account(STRANGER.owner_uin, STRANGER.appid))
    cloud.store.add(STRANGER)
    user = ask(cloud, "cam", "AddUser", {"Name": "ann", "Remark": CANARY, "UseApi": 1})
    role = ask(cloud, "cam", "CreateRole", {"RoleName": "r", "PolicyDocument": TRUST, "Description": CANARY})
    named = {"PolicyName": "p", "PolicyDocument": ALLOW_ALL, "Description": CANARY}
    policy = ask(cloud, "cam", "CreatePolicy", named)
    ask(cloud, "cam", "AttachRolePolicy", {"AttachRoleId": role["RoleId"], "PolicyId": policy["PolicyId"]})
    tag = {"TagKey": "secret", "TagValue": CANARY}
    ask(
        cloud,
        "tag",
        "ModifyResourceTags",
        {"Resource": f"qcs::cam::uin/:role/{role['RoleId']}", "ReplaceTags": [tag]},
    )
    make_buckets(cloud)
    at = cloud.clock.machine_now().timestamp()
    for key in ("a", "b/c"):
        headers = {"x-cos-meta-a": CANARY}
        assert cloud.handle(cos("PUT", f"/{key}", body=CANARY.encode(), at=at, headers=headers)).status == 200
    app = cloud.store.find(App, biz_id=BIZ_ID)
    assert app
    cloud.store.put(replace(app, name=CANARY, secret_key=CANARY))
    assert user["SecretId"]
    return World(
        cloud,
        random.Random(seed),
        [user["Uin"], int(role["RoleId"]), policy["PolicyId"], 1, BIZ_ID, 100000000001],
        [
            *("ann", "r", "p", "room", "7", "cam", "role", BUCKET, user["SecretId"], role["RoleId"]),
            *("100000000001", str(user["Uin"]), "qcs::cam::uin/100000000001:roleName/r", ALLOW_ALL, TRUST),
            f"qcs::cam::uin/:role/{role['RoleId']}",
        ],
    )


def make_buckets(cloud: Cloud) -> None:
    """Those that are gone."""
    at = cloud.clock.machine_now().timestamp()
    own = (STRANGER.secret_id, STRANGER.secret_key)
    answers = cloud.handle(cos("PUT", at=at)), cloud.handle(cos("PUT", at=at, bucket=OWN_BUCKET, secret=own))
    assert {answer.status for answer in answers} <= {200, 409}


# Values


def junk(world: World) -> Any:
    some = world.random
    length = some.choice([0, 1, 5, 40, 3000])
    return some.choice(
        [
            None,
            True,
            some.choice([0, -1, 2**31, 2**63 - 1, 2**63, 2**64, 10**30]),
            some.choice([0.5, -0.0, 1e308, float("nan"), float("inf")]),
            "".join(some.choices(string.printable + "äß漢😀\u202e\x00", k=length)),
            some.choice(["*", "..", "%", "'; DROP TABLE x --", "{}", "[]", "qcs::", "a" * 500]),
            some.choice([LONG, LONE, "nan", "1e300", f'{{"version": "{LONE}"}}', f'{{"version": {LONG}}}']),
            [[]],
            [{}],
            {"a": {"b": []}},
        ]
    )


def value(world: World, hint: Any) -> Any:
    """Mostly of the right type, sometimes what exists, sometimes anything."""
    some = world.random
    if some.random() < 0.1:
        return junk(world)
    options = [option for option in get_args(hint) if option is not NoneType]
    outer = get_origin(hint) or hint
    if outer is UnionType or str(outer) == "typing.Union":
        return value(world, some.choice(options))
    if outer is list:
        return [value(world, options[0]) for _ in range(some.choice([0, 1, 1, 2, 25]))]
    if is_dataclass(outer):
        hints = get_type_hints(outer)
        names = [field.name for field in fields(cast("Any", outer))]
        return {_wire(name): value(world, hints[name]) for name in names if some.random() < 0.9}
    simple: dict[Any, Callable[[], Any]] = {
        int: lambda: some.choice([*world.numbers, 0, 1, 2, 3, 20, -1]),
        float: lambda: some.uniform(-1, 100),
        str: lambda: some.choice(world.texts),
        bool: lambda: some.random() < 0.5,
        dict: dict,
    }
    return simple[outer]()


def _wire(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


# Requests


Secret = tuple[str, str]


def api_call(world: World, secret: Secret) -> Request:
    some = world.random
    service = some.choice(list(VERSIONS))
    operation = some.choice(list(world.cloud.service(service).operations.values()))
    given = {
        parameter.wire: value(world, parameter.hint)
        for parameter in operation.parameters.values()
        if parameter.required or some.random() < 0.3
    }
    if some.random() < 0.05:
        given[some.choice(["Action", "x", "", LONE])] = junk(world)
    return api3(service, operation.name, given, at=world.now(), secret=secret)


BODIES = (
    b"",
    b"x",
    b"<",
    ALLOW_ALL.encode(),
    b"<Delete><Object><Key>a</Key></Object></Delete>",
    b"<AccessControlPolicy><Owner><ID>x</ID></Owner></AccessControlPolicy>",
    b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
    b"<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>"
    b"</LifecycleConfiguration>",
    f"<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>{LONG}</Days></Expiration></Rule>"
    "</LifecycleConfiguration>".encode(),
    b"<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Date>0001-01-01T00:00:00+08:00</Date>"
    b"</Expiration></Rule></LifecycleConfiguration>",
    f"<RestoreRequest><Days>{LONG}</Days></RestoreRequest>".encode(),
    b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
    b"\x00\xff" * 50,
)
EAST = "Mon, 05 Jan 2026 08:00:00 +99999999999999999999"
HEADERS = {
    "x-cos-acl": ("private", "public-read-write", "x"),
    "x-cos-copy-source": (f"{BUCKET}.cos.ap-guangzhou.myqcloud.com/a", "x", "/", "%ff"),
    "range": ("bytes=0-1", "bytes=-5", "bytes=9-1", "bytes=99999999999999999999-", f"bytes={LONG}-", "x"),
    "if-match": ("*", '"x"'),
    "if-modified-since": ("Mon, 05 Jan 2026 08:00:00 GMT", "x", "Mon, 99 Xxx 99999999 99:99:99 GMT", EAST),
    "content-md5": ("x", "AAAAAAAAAAAAAAAAAAAAAA=="),
    "x-cos-storage-class": ("ARCHIVE", "STANDARD_IA", "x"),
    "x-cos-server-side-encryption": ("AES256", "cos/kms", "x"),
    "x-amz-date": ("20260105T080000Z",),
    "x-cos-meta-a": ("b", "\xff"),
    "x-cos-grant-full-control": ('id="qcs::cam::uin/200000000002:uin/200000000002"', "x"),
    "x-cos-tagging": ("a=b", "&&=", "%"),
    "x-cos-forbid-overwrite": ("true", "x"),
    "content-type": ("application/xml", "\xff", ""),
}
VALUES = (*"10x%/a", "", "-1", "1000", "%00", "%ff", "99999999999999999999", LONG, "url", "null")


def cos_call(world: World, secret: Secret) -> Request:
    some = world.random
    operation = some.choice(list(world.cloud.service("cos").operations.values()))
    method, scope, *sub = operation.match.split()
    path = "/" + quote(some.choice(["a", "b/c", "b/", "漢", "x" * 900, "\n"])) if scope == "object" else "/"
    names = [name.replace("_", "-") for name in operation.parameters] + ["uploadId", "partNumber", "prefix"]
    query = [*sub[:1]] + [
        f"{some.choice(names)}={some.choice(VALUES)}" for _ in range(some.choice([0, 0, 1, 3]))
    ]
    chosen = {
        name: some.choice(HEADERS[name]) for name in some.sample(list(HEADERS), some.choice([0, 0, 1, 2]))
    }
    body = some.choice(BODIES) if some.random() < 0.9 else some.randbytes(some.choice([1, 2000]))
    bucket = some.choice([BUCKET, OWN_BUCKET])
    request = cos(
        method, path, "&".join(query), body, at=world.now(), secret=secret, headers=chosen, bucket=bucket
    )
    if some.random() < 0.05:
        request = replace(
            request, host=some.choice(["cos.ap-guangzhou.myqcloud.com", "service.cos.myqcloud.com"])
        )
    return request


def web_call(world: World, _secret: Secret) -> Request:
    some = world.random
    service = some.choice(["admin", "console"])
    operations = world.cloud.service(service).operations
    operation = some.choice([operations[name] for name in operations if name != "Reset"])
    method, _, path = operation.match.partition(" ")
    given = {
        camel(p.name): value(world, p.hint)
        for p in operation.parameters.values()
        if p.required or some.random() < 0.3
    }
    for name in given.keys() & {"advance", "hours"}:
        given[name] = some.choice([0, 0.5, -1, 1e300, float("nan"), LONG, "nan", "1e300"])
    if some.random() < 0.05:
        given[some.choice(["x", "", LONE])] = junk(world)
    for name in re.findall(r"\{(\w+)\}", path):
        text = quote(str(given.pop(camel(name), BIZ_ID)), safe="", errors="replace")
        path = path.replace("{" + name + "}", text)
    pairs = urlencode(given, errors="replace")
    headers = {"content-type": "application/json", "accept": some.choice(["text/html", "*/*"])}
    body = json.dumps(given)
    if some.random() < 0.5:
        headers |= {"content-type": "application/x-www-form-urlencoded", "origin": "http://127.0.0.1:8000"}
        body = pairs
    query = "" if method == "POST" else pairs
    return Request(method, "127.0.0.1:8000", path, query, headers, body.encode())


def broken(world: World, request: Request) -> Request:
    """With one thing changed after it was signed."""
    some = world.random
    name = some.choice(list(request.headers))
    text = request.headers[name]
    place = some.randrange(len(text) + 1)
    changes: Sequence[Callable[[], Request]] = (
        lambda: replace(
            request, headers={**request.headers, name: text[:place] + "\xff" + text[place + 1 :]}
        ),
        lambda: replace(request, headers={n: v for n, v in request.headers.items() if n != name}),
        lambda: replace(request, body=request.body[:-1] + b"?"),
        lambda: replace(request, method=some.choice(["GET", "PUT", "PATCH", "OPTIONS", "X"])),
        lambda: replace(request, path=request.path + some.choice(["%", "%ff", "/..", "?"])),
        lambda: replace(
            request, query=request.query + some.choice(["&", "&acl", "&q-ak=x", "=", "&X-Amz-Signature=1"])
        ),
    )
    return some.choice(changes)()


def kept(world: World) -> set[str]:
    """Everything in the store that is not the stranger's."""
    types = [record for record in assemble.RECORDS if record not in MOVES]
    records = [one for record in types for one in world.cloud.store.select(cast("type[Record]", record))]
    return {text for one in records if STRANGER.owner_uin not in (text := repr(one))}


def send(world: World, request: Request) -> bytes:
    """The answer's headers and body; fails for whatever is no answer of the vendor's."""
    world.cloud._recent.clear()
    if world.random.random() < 0.02:
        make_buckets(world.cloud)
    answer = world.cloud.handle(request)
    seen = world.cloud.seen[-1] if world.cloud.seen else None
    assert answer.status < 500 or answer.status in {501, 502, 503}, (SEED, request, answer)
    assert seen is None or seen.code != "InternalError", (SEED, request)
    return repr(answer.headers).encode() + answer.body


@pytest.mark.parametrize("caller", ["stranger", "anonymous"])
def test_nobody_gets_at_what_is_anothers(caller: str) -> None:
    world = a_world(SEED)
    before = kept(world)
    for _ in range(REQUESTS * 3 // 10):
        request = world.random.choice([api_call, cos_call])(world, (STRANGER.secret_id, STRANGER.secret_key))
        if caller == "anonymous":
            headers = {name: text for name, text in request.headers.items() if name != "authorization"}
            request = replace(request, headers=headers)
        answer = send(world, request)
        assert CANARY.encode() not in answer, (SEED, request, answer)
    assert before <= kept(world), (SEED, before - kept(world))
    world.cloud.close()


def test_a_request_that_was_changed_opens_nothing_and_breaks_nothing() -> None:
    world = a_world(SEED)
    for _ in range(REQUESTS // 10):
        send(world, broken(world, world.random.choice([api_call, cos_call])(world, (SECRET_ID, SECRET_KEY))))
    world.cloud.close()


@pytest.mark.parametrize("ahead", [timedelta(0), FURTHEST], ids=["now", "as late as it may be"])
def test_nothing_that_the_owner_sends_is_an_internal_error(ahead: timedelta) -> None:
    world = a_world(SEED)
    world.cloud.clock.advance(ahead)
    for _ in range(REQUESTS * 3 // 20):
        send(world, world.random.choice([api_call, cos_call, web_call])(world, (SECRET_ID, SECRET_KEY)))
    world.cloud.close()
