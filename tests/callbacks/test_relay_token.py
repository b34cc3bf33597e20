import pytest

from gme_recording.api.credentials import Secret
from gme_recording.callbacks import relay_token
from gme_recording.errors import ExitCode, UserError
from tests.callbacks.make import TOKEN

TEXT = TOKEN.reveal()


def test_token_comes_from_the_environment_or_a_file_it_names(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TEXT}\n")

    assert relay_token.load({relay_token.VARIABLE: TEXT}) == TOKEN
    assert relay_token.load({relay_token.FILE_VARIABLE: str(file)}) == TOKEN
    other = {relay_token.VARIABLE: "x" * 32, relay_token.FILE_VARIABLE: str(file)}
    assert relay_token.load(other) == Secret("x" * 32)


@pytest.mark.parametrize("environment", [{}, {relay_token.VARIABLE: ""}, {relay_token.FILE_VARIABLE: ""}])
def test_without_either_there_is_none(environment):
    assert relay_token.load(environment) is None


@pytest.mark.parametrize("text", ["short", "two words" * 8, "x" * 257, "\u00fc" * 40])
def test_what_is_no_token_is_refused_and_not_shown(text):
    with pytest.raises(UserError) as refused:
        relay_token.load({relay_token.VARIABLE: text})

    assert refused.value.exit_code is ExitCode.INPUT
    assert text not in str(refused.value)
    assert "openssl rand -hex 32" in refused.value.hint


@pytest.mark.parametrize("content", [None, b"", b"short", b"\xff" * 40])
def test_a_file_that_holds_none_is_refused(tmp_path, content):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(UserError, match=str(file)):
        relay_token.load({relay_token.FILE_VARIABLE: str(file)})
