"""The README says what the program does: its tables come from the program, its two commands are where they must be."""

from __future__ import annotations

import re

from tests.readme_tables import README, filled


def first_line_with(word: str) -> str:
    text = README.read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"^```[a-z]*\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return next(line for block in blocks for line in block.splitlines() if word in line)


def test_readme_tables_are_those_of_the_program() -> None:
    text = README.read_text(encoding="utf-8")

    assert filled(text) == text, "run: python -m tests.readme_tables"


def test_readme_commands_install_and_run_in_one_line() -> None:
    demo, tests = first_line_with("--demo"), first_line_with("pytest")

    assert "pip install" in demo
    assert demo.endswith("tws_console --demo")
    assert "pip install" in tests
    assert tests.endswith("pytest -n 4")


def test_readme_picture_is_there() -> None:
    (picture,) = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text(encoding="utf-8"))

    assert (README.parent / picture).read_text(encoding="utf-8").startswith("<svg")
