"""Makes the README's tables of keys and commands from the program itself: `python -m tests.readme_tables`."""

from __future__ import annotations

import re
from pathlib import Path

from tws_console.cli.parser import VERBS
from tws_console.tui.bindings import ACTIONS, Action, Where

README = Path(__file__).parents[1] / "README.md"
PLACES = {Where.TABLES: "tables", Where.PAGES: "pages", Where.PALETTE_ONLY: "palette"}


def key_table() -> str:
    """Every action with a key, as a Markdown table."""
    rows = [f"| {keys(action)} | {place(action)} | {action.sentence} |" for action in ACTIONS if action.keys]
    return "\n".join(["| key | where | what |", "|---|---|---|", *rows])


def keys(action: Action) -> str:
    return " ".join(f"`{key}`" for key in action.keys)


def place(action: Action) -> str:
    return PLACES.get(action.where, action.where.value)


def command_table() -> str:
    """Every verb, as a Markdown table."""
    rows = [f"| `{verb}` | {sentence} |" for verb, sentence in VERBS.items()]
    return "\n".join(["| verb | what it does |", "|---|---|", *rows])


def filled(text: str) -> str:
    """The README with both tables made anew between their marks."""
    for name, table in (("keys", key_table()), ("verbs", command_table())):
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)"
        found = re.search(pattern, text, flags=re.DOTALL)
        assert found is not None
        text = text[: found.start()] + found[1] + table + found[2] + text[found.end() :]
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
