import pytest

from gme_recording.api.credentials import Secret
from gme_recording.callbacks import keys
from gme_recording.callbacks.signature import Encoding, sign
from gme_recording.errors import ExitCode, InvalidInput, UserError
from tests.callbacks.make import APP, KEY, OLD_KEY, OTHER_APP, OTHER_KEY

TEXT = f"""
# demo, key changed on Monday
{APP} {KEY.reveal()} {OLD_KEY.reveal()}

{OTHER_APP}\t{OTHER_KEY.reveal()}
"""


def test_lines_give_one_or_two_keys_for_each_application():
    assert keys.parse(TEXT, "keys").keys == {APP: (KEY, OLD_KEY), OTHER_APP: (OTHER_KEY,)}


@pytest.mark.parametrize(
    ("key", "biz_id", "previous"), [(KEY, APP, False), (OLD_KEY, APP, True), (OTHER_KEY, OTHER_APP, False)]
)
def test_a_match_names_application_key_and_encoding(key, biz_id, previous):
    ring = keys.parse(TEXT, "keys")

    assert ring.matches(b"body", sign(b"body", key, Encoding.HEX)) == (
        keys.Match(biz_id, previous, Encoding.HEX),
    )


def test_applications_that_share_a_key_are_all_named():
    ring = keys.parse("1 same\n2 same\n", "keys")

    assert [match.biz_id for match in ring.matches(b"", sign(b"", Secret("same")))] == [1, 2]


def test_the_file_of_the_option_comes_first_then_the_variables(tmp_path):
    (tmp_path / "option").write_text("1 a\n")
    (tmp_path / "variable").write_text("2 b\n")
    environment = {keys.VARIABLE: "3 c", keys.FILE_VARIABLE: str(tmp_path / "variable")}

    assert list(keys.load(tmp_path / "option", environment).keys) == [1]
    assert list(keys.load(None, environment).keys) == [2]
    assert list(keys.load(None, {keys.VARIABLE: "3 c"}).keys) == [3]


def test_every_wrong_line_is_told_by_number_and_without_what_it_holds():
    text = "secretname secretkey\n1\n1 one two three\n2 a\n2 b\n"

    with pytest.raises(InvalidInput) as refused:
        keys.parse(text, "keys.txt")

    assert [problem.where for problem in refused.value.problems] == ["line 1", "line 2", "line 3", "line 5"]
    assert not {"secret", "three"} & set(str(refused.value).replace("keys.txt", "").split())
    assert "secretkey" not in str(refused.value)
    assert refused.value.exit_code == ExitCode.INPUT


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_no_key_at_all_is_told_with_what_to_do(text):
    with pytest.raises(UserError, match="holds no callback key") as refused:
        keys.load(None, {keys.VARIABLE: text})
    assert keys.FILE_VARIABLE in refused.value.hint


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    with pytest.raises(UserError, match="No such file"):
        keys.load(tmp_path / "missing", {})
    with pytest.raises(UserError, match="not text"):
        keys.load(tmp_path / "binary", {})


def test_keys_are_not_shown():
    assert KEY.reveal() not in repr(keys.parse(TEXT, "keys"))
