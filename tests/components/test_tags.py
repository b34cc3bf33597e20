from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tencentcloud_iac_pulumi import cam, cos

from components import tags
from tests.support import wire

TAGS = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=4)
BUCKET = "tencentcloud:Cos/bucket:Bucket"


@given(TAGS, TAGS)
def test_own_tags_win_over_defaults(own: dict[str, str], defaults: dict[str, str]) -> None:
    result = tags.with_defaults(BUCKET, {"bucket": "b", "tags": own}, defaults)
    if not defaults:
        assert result is None
    else:
        assert result == {"bucket": "b", "tags": {**defaults, **own}}


@given(
    st.sampled_from(["tencentcloud:Cam/policy:Policy", "gme:console:RecordingSettings", "pulumi:index:Stash"])
)
def test_what_cannot_carry_tags_gets_none(kind: str) -> None:
    assert tags.with_defaults(kind, {}, {"environment": "test"}) is None


def test_every_taggable_resource_registered_later_is_tagged() -> None:
    def program() -> None:
        cos.Bucket("before", bucket="b-1250000000")
        tags.register({"environment": "test", "owner": "voice"})
        cos.Bucket("after", bucket="b-1250000000", tags={"owner": "me"})
        cam.Policy("untaggable", document="{}")

    sent = wire.run(program)
    assert sent.named("after").props["tags"] == {"environment": "test", "owner": "me"}
    assert "tags" not in sent.named("untaggable").props
