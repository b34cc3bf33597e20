"""A rename with one alias, on the official engine: everything is found again, nothing is made anew."""

import pytest

from tests.support.engine import Project

pytestmark = pytest.mark.engine

MADE = 'RecordingEnvironment("recording", {"stack": stack, "owner_uin": owner.uin, "root": ROOT})'
ALIASES = {
    "renamed": ("voice", 'pulumi.ResourceOptions(aliases=[pulumi.Alias(name="recording")])'),
    "moved": (
        "recording",
        "pulumi.ResourceOptions(\n"
        '        parent=pulumi.ComponentResource("studio:index:Game", "game"),\n'
        "        aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)],\n"
        "    )",
    ),
}


@pytest.mark.parametrize("move", ALIASES)
def test_a_renamed_or_moved_environment_is_found_again(deployed: Project, move: str) -> None:
    name, options = ALIASES[move]
    program = deployed.root / "__main__.py"
    text = program.read_text(encoding="utf-8")
    assert MADE in text
    made = MADE.replace('"recording"', f'"{name}"').removesuffix(")") + f", {options})"
    program.write_text(text.replace(MADE, made), encoding="utf-8")

    up = deployed.done("up", "--json").data()

    assert [step["name"] for step in up["steps"] if step["name"] != "game"] == []
    deployed.done("preview", "--expect-no-changes")
