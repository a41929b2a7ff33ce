"""Pictures of ticket, question, stop bar, proof page, help and palette."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal as D
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import fake_data as data
from tests.tui import proofs
from tests.tui.fake_engine import FakeEngine
from tests.tui.host import Host
from tests.tui.tickets import BIG, CROSS, FLIP, NOTIONAL, PASSED, ticket
from tests.tui.waiting import text_of, until
from tws_console.model.session import Mode
from tws_console.model.stop import StopReport
from tws_console.model.ticket import Ticket
from tws_console.model.verdict import Verdict
from tws_console.rules.amend import Wish
from tws_console.rules.capability import capability
from tws_console.rules.live import phrase
from tws_console.tui.bindings import Where
from tws_console.tui.commands import CommandPalette
from tws_console.tui.modals.arm import ArmModal
from tws_console.tui.modals.cancel import CancelModal
from tws_console.tui.modals.confirm import ConfirmModal
from tws_console.tui.modals.dialog import Dialog
from tws_console.tui.modals.flatten import FlattenModal, scopes
from tws_console.tui.modals.help import HelpModal
from tws_console.tui.modals.modify import AmendModal, ModifyModal
from tws_console.tui.modals.release import ReleaseModal
from tws_console.tui.modals.scope import ScopeModal, choices, marked_choice
from tws_console.tui.modals.takeover import TakeoverModal
from tws_console.tui.widgets.status_bar import StatusBar

LIVE = "U1234567"
SMALL, MIDDLE, LARGE = (80, 24), (120, 36), (200, 50)
SIZES = pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x36"])
WAITING = ("waiting for TWS", "the rules are asked")
Snap = Callable[..., bool]
Step = Callable[[Pilot[int]], Awaitable[None]]


def over(dialog: Dialog[Any], *keys: str) -> Step:
    """Open the dialog, let it settle, press the keys."""

    async def run(pilot: Pilot[int]) -> None:
        host = pilot.app
        assert isinstance(host, Host)
        await host.push_screen(dialog)
        await until(pilot, lambda: not dialog.young or dialog._shown_at is not None, "the dialog")
        await until(pilot, lambda: not any(word in text_of(host, dialog) for word in WAITING), "what it waits for")
        if isinstance(dialog, AmendModal):
            await until(pilot, lambda: bool(dialog.form.draft.steps), "the price steps")
        host.wait(0.4)
        await pilot.press(*keys)
        dialog.draw()
        # Its second may or may not have passed on a busy machine.
        dialog.query_one(StatusBar).draw()

    return run


def asked(verdicts: tuple[Verdict, ...], mode: Mode = Mode.PAPER, theme: str = "dark") -> Host:
    engine = FakeEngine()
    engine.trading.answers = verdicts
    live = {"port": 7496, "accounts": (LIVE,), "armed": (LIVE,)}
    engine.put_session(mode=mode, **(live if mode is Mode.LIVE else {}))
    return Host(engine, theme=theme)


@SIZES
@pytest.mark.parametrize(
    ("verdicts", "asked_for", "keys"),
    [
        (PASSED, ticket(), ()),
        ((BIG, *PASSED), ticket(quantity="2000"), ("y",)),
        ((NOTIONAL, BIG, *PASSED), ticket(quantity="5000", limit=None), ()),
    ],
    ids=["pass", "warn", "refused"],
)
def test_confirm_looks_the_same(
    snap_compare: Snap, size: tuple[int, int], verdicts: tuple[Verdict, ...], asked_for: Ticket, keys: tuple[str, ...]
) -> None:
    host = asked(verdicts)
    assert snap_compare(host, terminal_size=size, run_before=over(ConfirmModal(asked_for), *keys))


@SIZES
@pytest.mark.parametrize("theme", ["dark", "light", "mono"])
def test_confirm_looks_the_same_when_live(snap_compare: Snap, size: tuple[int, int], theme: str) -> None:
    host = asked((FLIP, CROSS, *PASSED), Mode.LIVE, theme)
    step = over(ConfirmModal(ticket("SELL", "500", "187.50")), "a", "a")
    assert snap_compare(host, terminal_size=size, run_before=step)


@SIZES
@pytest.mark.parametrize(
    "name",
    ["own", "foreign", "manual", "marked", "scope", "amend", "amend-error", "modify", "release", "help", "palette"],
)
def test_dialog_looks_the_same(snap_compare: Snap, size: tuple[int, int], name: str) -> None:
    def cancel(number: int) -> CancelModal:
        order = data.ORDERS[number]
        can = capability(order, own_client_id=3, read_only_api=False, link_up=True, others=13)
        return CancelModal(order, can, data.ORDERS)

    places = (Where.ORDERS, Where.TABLES)
    marked = marked_choice([data.ORDERS[number] for number in (0, 7, 9, 11, 13)])
    steps: dict[str, Callable[[], Step]] = {
        "own": lambda: over(cancel(1)),
        "foreign": lambda: over(TakeoverModal(data.ORDERS[7], data.ORDERS)),
        "manual": lambda: over(TakeoverModal(data.ORDERS[9], data.ORDERS), "g"),
        "marked": lambda: over(ScopeModal([marked], data.ORDERS, {data.ORDERS[0].key}), "y"),
        "scope": lambda: over(ScopeModal([marked, *choices(data.ORDERS[4])], data.ORDERS), "down"),
        "amend": lambda: over(AmendModal(data.ORDERS[1]), "tab", "down", "tab", "tab"),
        "amend-error": lambda: over(AmendModal(data.ORDERS[5]), "ctrl+u", "x", "tab", "ctrl+u", *"5948.30"),
        "modify": lambda: over(ModifyModal(data.ORDERS[1], Wish(D(300), D("134.25")))),
        "release": lambda: over(ReleaseModal("09:12:46"), *"resume"),
        "help": lambda: over(HelpModal(places, "Trade, orders pane")),
        "palette": lambda: over(CommandPalette(places), *"cancel"),
    }
    assert snap_compare(Host(FakeEngine()), terminal_size=size, run_before=steps[name]())


@SIZES
@pytest.mark.parametrize("name", ["arm", "flatten", "flatten-live"])
def test_question_about_money_looks_the_same(snap_compare: Snap, size: tuple[int, int], name: str) -> None:
    offered = scopes(data.POSITIONS[0], data.POSITIONS)
    steps: dict[str, Callable[[], Step]] = {
        "arm": lambda: over(ArmModal((phrase(LIVE),), ("the profile says paper, but it is not",)), *"tra"),
        "flatten": lambda: over(FlattenModal(offered), "down", "y"),
        "flatten-live": lambda: over(FlattenModal(offered), "f2", *"AA"),
    }
    host = asked(PASSED, Mode.PAPER if name == "flatten" else Mode.LIVE)
    assert snap_compare(host, terminal_size=size, run_before=steps[name]())


@pytest.mark.parametrize("size", [(60, 20), SMALL, MIDDLE], ids=["60x20", "80x24", "120x36"])
def test_ticket_looks_the_same_when_it_has_errors(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[int]) -> None:
        host = pilot.app
        assert isinstance(host, Host)
        form = host.order_form
        assert form is not None
        await until(pilot, lambda: host.focused is form, "the form")
        await pilot.press(*"aapl", "tab")
        await until(pilot, lambda: bool(form.form.draft.steps), "the instrument")
        await pilot.press("tab", "0", "tab", "tab", *"187.523")

    assert snap_compare(Host(FakeEngine(), form=True), terminal_size=size, run_before=run)


@SIZES
def test_stop_bar_looks_the_same(snap_compare: Snap, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[int]) -> None:
        host = pilot.app
        assert isinstance(host, Host)
        await pilot.press("ctrl+g")
        host.wait(3.6)
        host.gate._step()
        await pilot.pause()

    assert snap_compare(Host(FakeEngine(), form=True), terminal_size=size, run_before=run)


def on_proof(report: StopReport) -> tuple[Host, Step]:
    engine = FakeEngine()
    engine.stop.report = report
    if report.scope.everything:
        engine.put_session(frozen=True, frozen_since="09:12:44")

    async def run(pilot: Pilot[int]) -> None:
        pilot.app.switch_mode("proof")
        await until(pilot, lambda: pilot.app.current_mode == "proof", "the proof page")
        await pilot.pause()

    return Host(engine), run


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE], ids=["80x24", "120x36", "200x50"])
@pytest.mark.parametrize(
    "report",
    [proofs.STOPPING, proofs.PROVED, proofs.EMPTY, proofs.NOT_CONFIRMED],
    ids=["stopping", "proved", "empty", "not-confirmed"],
)
def test_proof_looks_the_same(snap_compare: Snap, size: tuple[int, int], report: StopReport) -> None:
    host, step = on_proof(report)
    assert snap_compare(host, terminal_size=size, run_before=step)


@pytest.mark.parametrize("size", [(60, 20), SMALL, MIDDLE], ids=["60x20", "80x24", "120x36"])
@pytest.mark.parametrize("report", [proofs.LONG, proofs.SCOPED], ids=["long", "scoped"])
def test_proof_looks_the_same_when_names_are_long_or_only_some_orders_are_meant(
    snap_compare: Snap, size: tuple[int, int], report: StopReport
) -> None:
    host, step = on_proof(report)
    assert snap_compare(host, terminal_size=size, run_before=step)
