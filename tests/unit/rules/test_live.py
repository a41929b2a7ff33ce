"""Which accounts are real money, and where settings and login disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tws_console.config.quick import LIVE_PORTS as QUICK_LIVE_PORTS
from tws_console.model.session import Mode, SessionState
from tws_console.rules import live

PAPER = SessionState("paper", Mode.PAPER, "127.0.0.1", 7497, 11, accounts=("DU1234567",))


def state(mode: Mode, port: int, *accounts: str, armed: tuple[str, ...] = (), pinned: str = "") -> SessionState:
    return replace(PAPER, mode=mode, port=port, accounts=accounts, armed=armed, pinned_account=pinned)


def test_live_ports_are_the_same_for_settings_and_rules() -> None:
    assert live.LIVE_PORTS == QUICK_LIVE_PORTS
    assert not live.LIVE_PORTS & live.PAPER_PORTS


@pytest.mark.parametrize(
    ("mode", "account", "needed"),
    [
        (Mode.PAPER, "DU1", False),
        (Mode.PAPER, "DF1", False),
        (Mode.DEMO, "DU1", False),
        (Mode.PAPER, "U1", True),
        (Mode.DEMO, "U1", True),
        (Mode.PAPER, "F1", True),
        (Mode.PAPER, "", True),
        (Mode.LIVE, "DU1", True),
        (Mode.LIVE, "U1", True),
    ],
)
def test_account_needs_arming_when_it_or_the_profile_is_live(mode: Mode, account: str, needed: bool) -> None:
    assert live.needs_arming(state(mode, 7497, account), account) is needed


def test_armed_account_is_the_only_one_that_may_trade() -> None:
    two = state(Mode.LIVE, 7496, "U1", "U2", armed=("U1",))
    assert live.not_armed(two, "U1") == ""
    assert "trade live U2" in live.not_armed(two, "U2")
    assert live.unarmed(two) == ""
    assert "arm in the palette" in live.unarmed(replace(two, armed=()))


def test_only_the_pinned_account_can_be_armed_when_there_is_one() -> None:
    assert live.armable(state(Mode.LIVE, 7496, "U1", "U2", pinned="U2")) == ("U2",)
    assert live.armable(state(Mode.LIVE, 7496, "U1", pinned="U9")) == ()
    assert live.armable(PAPER) == ()


@pytest.mark.parametrize(
    ("mode", "port", "accounts", "words"),
    [
        (Mode.PAPER, 7497, ("DU1",), []),
        (Mode.PAPER, 7497, (), []),
        (Mode.LIVE, 7496, ("U1",), []),
        (Mode.LIVE, 4001, (), []),
        (Mode.DEMO, 40123, ("DU1",), []),
        (Mode.PAPER, 4002, ("U1",), ["U1 is no paper account", "port 4002 is the usual one of paper"]),
        (Mode.PAPER, 40123, ("DU1", "U1"), ["U1 is no paper account"]),
        (Mode.LIVE, 7496, ("DU1",), ["DU1 is a paper account"]),
        (Mode.PAPER, 7496, ("DU1",), ["port 7496 is the usual one of live"]),
        (Mode.LIVE, 7497, ("U1",), ["port 7497 is the usual one of paper"]),
    ],
)
def test_every_contradiction_is_one_sentence(
    mode: Mode, port: int, accounts: tuple[str, ...], words: list[str]
) -> None:
    found = live.contradictions(state(mode, port, *accounts))
    assert len(found) == len(words)
    assert all(part in sentence for part, sentence in zip(words, found, strict=True))
