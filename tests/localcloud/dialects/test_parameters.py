from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.dialects.parameters import fill
from gme_recording.localcloud.operation import Operation, Wire
from gme_recording.localcloud.refusal import CloudError


@dataclass(frozen=True, slots=True)
class Inner:
    tag_key: str
    tag_value: str = ""


def perform(
    call: None,
    *,
    biz_id: int,
    name: str = "",
    ratio: float = 1.0,
    on: bool = False,
    ids: list[int] | None = None,
    inner: Inner | None = None,
    many: list[Inner] | None = None,
    either: str | int | None = None,
    anything: dict[str, object] | None = None,
    qcs_service_name: Annotated[list[str] | None, Wire("QCSServiceName")] = None,
) -> None:
    """Every kind of parameter there is."""


PARAMETERS = tuple(
    Operation(
        name="X", service="x", perform=perform, on=None, match="", refuses=(), rate=None
    ).parameters.values()
)


def test_names_on_the_wire_follow_from_the_names_in_python():
    assert [parameter.wire for parameter in PARAMETERS] == [
        "BizId",
        "Name",
        "Ratio",
        "On",
        "Ids",
        "Inner",
        "Many",
        "Either",
        "Anything",
        "QCSServiceName",
    ]


def test_values_get_their_types():
    given = {
        "BizId": 446192236330927912,
        "Name": "x",
        "Ratio": 2,
        "On": True,
        "Ids": [1, 2],
        "Inner": {"TagKey": "a"},
        "Many": [{"TagKey": "a", "TagValue": "b"}],
        "Either": 5,
        "Anything": {"a": [1]},
        "QCSServiceName": ["x"],
    }
    assert fill(PARAMETERS, given) == {
        "biz_id": 446192236330927912,
        "name": "x",
        "ratio": 2.0,
        "on": True,
        "ids": [1, 2],
        "inner": Inner("a"),
        "many": [Inner("a", "b")],
        "either": 5,
        "anything": {"a": [1]},
        "qcs_service_name": ["x"],
    }


def test_null_is_left_out():
    assert fill(PARAMETERS, {"BizId": 1, "Name": None}) == {"biz_id": 1}


def test_a_flat_list_of_a_get_is_a_list():
    assert fill(PARAMETERS, {"BizId": "1", "Ids": {"0": "5", "1": "6"}, "On": "true"}) == {
        "biz_id": 1,
        "ids": [5, 6],
        "on": True,
    }


@pytest.mark.parametrize(
    ("given", "code", "named"),
    [
        ({}, "MissingParameter", "`BizId`"),
        ({"BizId": None}, "MissingParameter", "`BizId`"),
        ({"BizId": 1, "Inner": {}}, "MissingParameter", "`Inner.TagKey`"),
        ({"BizId": 1, "Other": 1}, "UnknownParameter", "`Other`"),
        ({"BizId": 1, "biz_id": 1}, "UnknownParameter", "`biz_id`"),
        ({"BizId": 1, "Many": [{"TagKey": "a", "Key": "b"}]}, "UnknownParameter", "`Many.0.Key`"),
        ({"BizId": "x"}, "InvalidParameter", "`BizId` is not an integer"),
        ({"BizId": 1.5}, "InvalidParameter", "`BizId` is not an integer"),
        ({"BizId": True}, "InvalidParameter", "`BizId` is not an integer"),
        ({"BizId": 2**64}, "InvalidParameter", "`BizId` is not an integer"),
        ({"BizId": [1]}, "InvalidParameter", "`BizId` is not an integer"),
        ({"BizId": 1, "Name": 5}, "InvalidParameter", "`Name` is not a string"),
        ({"BizId": 1, "Name": "\ud800"}, "InvalidParameter", "`Name` is not a string"),
        ({"BizId": 1, "On": 2}, "InvalidParameter", "`On` is not a boolean"),
        ({"BizId": 1, "Ratio": []}, "InvalidParameter", "`Ratio` is not a number"),
        ({"BizId": 1, "Ids": 5}, "InvalidParameter", "`Ids` is not a list"),
        ({"BizId": 1, "Ids": ["x"]}, "InvalidParameter", "`Ids.0` is not an integer"),
        ({"BizId": 1, "Ids": {"0": "1", "2": "1"}}, "InvalidParameter", "`Ids` is not a list"),
        ({"BizId": 1, "Inner": "x"}, "InvalidParameter", "`Inner` is not an object"),
        ({"BizId": 1, "Anything": []}, "InvalidParameter", "`Anything` is not an object"),
        ({"BizId": 1, "Either": {}}, "InvalidParameter", "`Either`"),
    ],
)
def test_what_does_not_fit_is_named(given, code, named):
    with pytest.raises(CloudError) as error:
        fill(PARAMETERS, given)
    assert error.value.code == code
    assert named in error.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([parameter.wire for parameter in PARAMETERS]), JSON))
def test_any_json_is_filled_or_refused(given):
    try:
        filled = fill(PARAMETERS, given)
    except CloudError as error:
        assert error.code in {"MissingParameter", "UnknownParameter", "InvalidParameter"}  # noqa: PT017
    else:
        assert type(filled["biz_id"]) is int
