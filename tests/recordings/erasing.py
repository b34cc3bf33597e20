"""Plans of erasures, for tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gme_recording.api import Cos
from gme_recording.recordings import erase
from gme_recording.recordings.erase import RECORDING, SAME_TASK, Place, Request
from gme_recording.recordings.erase_plan import ErasePlan, Item
from tests.recordings.world import APP, BUCKET, REGION, World

NOW = datetime(2026, 1, 31, tzinfo=UTC)
REQUEST = Request(stack="local", biz_id=APP, user_id="7", now=NOW)
KEY = f"{APP}_lobby_7/2026-01-01-19-00-00_0_audio.mp3"


def place(world: World) -> Place:
    return Place(
        region=REGION, bucket=BUCKET, objects=world.objects, rules=Cos(world.cloud).lifecycle(BUCKET)
    )


def users(items: Sequence[Item]) -> list[str]:
    return [item.key.partition("/")[0].removeprefix(f"{APP}_") for item in items]


def carried_out(plan: ErasePlan, *places: Place) -> dict[str, str]:
    return {done.item.key: done.code for batch in erase.act(plan, places) for done in batch}


def a_plan() -> ErasePlan:
    item = Item(region=REGION, bucket=BUCKET, key=KEY, kind=RECORDING, modified=NOW.isoformat())
    return ErasePlan(
        stack="local",
        biz_id=APP,
        user_id="7",
        made=NOW.isoformat(),
        buckets=(f"{REGION}/{BUCKET}",),
        erase=(item,),
        mixed=(replace(item, why=SAME_TASK),),
        unclear=(),
        out_of_reach=("x",),
    )
