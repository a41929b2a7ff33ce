"""How often the bridge looks at the engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tws_console.tui.bridge import Bridge


class Engine:
    """Counts looks; nothing ever changes."""

    def __init__(self) -> None:
        self.looks = 0
        self.changes = self

    def drain(self) -> Any:
        self.looks += 1
        return SimpleNamespace(
            orders=(), positions=(), quotes=(), account=False, session=False, notices=False, stop=False
        )


@pytest.mark.parametrize(
    ("dialog", "bar", "looks"),
    [(False, False, 10), (True, False, 2), (False, True, 2)],
    ids=["page", "behind a dialog", "behind the stop bar"],
)
def test_bridge_looks_less_often_while_a_question_is_open(dialog: bool, bar: bool, looks: int) -> None:
    screen = SimpleNamespace(
        is_modal=dialog,
        is_page=True,
        is_mounted=True,
        tick=lambda: None,
        second=lambda: None,
        apply=lambda drained: None,
    )
    app: Any = SimpleNamespace(
        screen_stack=[screen], is_running=True, gate=SimpleNamespace(control=SimpleNamespace(open=bar))
    )
    engine: Any = Engine()
    bridge = Bridge(app, engine)

    for _ in range(10):
        bridge.step()

    assert engine.looks == looks
