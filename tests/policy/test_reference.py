from __future__ import annotations

from policy.reference import BEGIN, END, PAGE, RULES, renewed


def test_the_page_shows_the_rules_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == renewed(page), "run: python -m policy.reference"


def test_every_rule_has_a_chapter_and_its_options() -> None:
    page = renewed(f"before\n{BEGIN}{END}after\n")
    assert page.startswith(f"before\n{BEGIN}")
    assert page.endswith(f"{END}after\n")
    for rule in RULES:
        _, _, chapter = page.partition(f"\n### {rule.id}\n")
        assert rule.reason in chapter
        assert all(f"Option `{option.name}`" in chapter for option in rule.options)
