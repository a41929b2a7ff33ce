"""Arming a live account by a typed phrase. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.tui.facade import console
from tws_console.tui.modals.phrase import PhraseModal
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import line, value, wrap


class ArmModal(PhraseModal):
    """`phrases` name the accounts that can be armed, `contradictions` what does not fit. The engine checks both."""

    STOPS_WITH_A_STOP = True

    def __init__(self, phrases: Sequence[str], contradictions: Sequence[str] = ()) -> None:
        super().__init__("Trade with real money?", "arm", [clean(phrase) for phrase in phrases])
        self._contradictions = contradictions

    def told(self) -> list[Spans]:
        state = console(self).session
        others = [line("or ", Span(phrase, "warn", True)) for phrase in self._phrases[1:6]]
        if len(self._phrases) > 6:
            others.append(line(f"or the same for one of {len(self._phrases) - 6} more accounts"))
        doubts = [
            (Span(text, "warn"),)
            for doubt in self._contradictions
            for text in wrap(f"! {clean(doubt)}", self.inner_width)
        ]
        place = f"{state.host}:{state.port}, profile {clean(state.profile)}"
        return [
            (value(f"{place}: orders for this account will be real."),),
            line("It holds for this run of the console and ends with it, or with another login."),
            *doubts,
            *others,
        ]
