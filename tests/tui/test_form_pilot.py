"""The ticket pane with real keys: instruments from the engine, errors while typing, review, and what is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from textual import events
from textual.pilot import Pilot

from tests.tui import fake_data as data
from tests.tui.fake_engine import FakeEngine, FakePlaceResult
from tests.tui.host import Host
from tests.tui.tickets import PASSED
from tests.tui.waiting import text_of, until
from tws_console.model.instrument import SymbolMatch
from tws_console.model.ticket import Ticket
from tws_console.tui.modals.confirm import ConfirmModal
from tws_console.tui.widgets.order_form import OrderForm

D = Decimal


class Desk:
    """The app with the ticket open and focused."""

    def __init__(self, host: Host, pilot: Pilot[int]) -> None:
        assert host.order_form is not None
        self.host, self.pilot, self.form = host, pilot, host.order_form

    @property
    def text(self) -> str:
        return text_of(self.host)

    @property
    def sent(self) -> list[Ticket]:
        return [value for value in self.host.asked("place") if isinstance(value, Ticket)]

    async def type(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def resolve(self, symbol: str = "aapl") -> None:
        await self.type(*symbol, "tab")
        await until(self.pilot, lambda: self.form.form.draft.instrument is not None, "the instrument")

    async def question(self) -> None:
        await until(self.pilot, lambda: isinstance(self.host.screen, ConfirmModal), "the question")
        await until(self.pilot, lambda: getattr(self.host.screen, "_shown_at", None) is not None, "its paint")
        self.host.wait(0.2)


@asynccontextmanager
async def desk(engine: FakeEngine | None = None, accounts: tuple[str, ...] = (data.A1,)) -> AsyncIterator[Desk]:
    engine = engine or FakeEngine()
    engine.trading.answers = PASSED
    engine.put_session(accounts=accounts)
    host = Host(engine, form=True)
    async with host.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(host.focused, OrderForm), "the form")
        yield Desk(host, pilot)


async def test_symbol_is_resolved_and_watched_when_left() -> None:
    async with desk() as on:
        await on.resolve()
        assert "Apple Inc  STK NASDAQ  USD  conId 265598" in on.text
        assert set(on.host.asked("watch")) == {data.AAPL.con_id}
        assert "bid 187.48 x 300" in on.text


async def test_sentence_and_matches_are_shown_when_the_symbol_is_unknown() -> None:
    engine = FakeEngine()
    engine.trading.matches = tuple(SymbolMatch(n, f"ZZ{n}", "STK", "NYSE", "USD", f"Zed {n}") for n in range(7))
    async with desk(engine) as on:
        await on.type(*"zzz", "tab")
        await until(on.pilot, lambda: "no stock ZZZ at TWS" in on.text, "the sentence")
        assert "ZZ4" in on.text
        assert "ZZ5" not in on.text


async def test_every_candidate_is_shown_when_the_symbol_is_ambiguous() -> None:
    engine = FakeEngine()
    other = replace(data.AAPL, con_id=99, primary_exch="IBIS", currency="EUR")
    engine.trading.instruments["AAPL"] = (data.AAPL, other)
    async with desk(engine) as on:
        await on.type(*"aapl", "tab")
        await until(on.pilot, lambda: "which one?" in on.text, "the candidates")
        assert "conId 265598" in on.text
        assert "STK IBIS  EUR  conId 99" in on.text
        await on.type("down", "enter")
        await until(on.pilot, lambda: on.form.form.draft.instrument == other, "the chosen one")


async def test_errors_stand_beside_their_fields_when_typed() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("tab", "0", "tab", "tab", *"187.523")
        assert "✗ must be more than 0, got 0" in on.text
        assert "✗ tick is 0.01: 187.52 or 187.53" in on.text
        assert "2 errors" in on.text


async def test_first_error_gets_the_focus_when_enter_is_pressed() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("enter")
        await until(on.pilot, lambda: on.form.form.focus == "quantity", "the first error")
        assert "✗ is required" in on.text
        assert not isinstance(on.host.screen, ConfirmModal)


async def test_form_keeps_its_keys_when_letters_digits_and_tab_are_pressed() -> None:
    async with desk() as on:
        await on.type("b", "y", "q", "1", "tab", "q", "tab", "tab", "shift+tab")
        assert on.host.letters == 0
        assert isinstance(on.host.focused, OrderForm)


async def test_paste_goes_into_the_field_as_text_when_it_has_a_line_end() -> None:
    async with desk() as on:
        on.host.post_message(events.Paste("aapl\nyy\r"))
        await until(on.pilot, lambda: on.form.form.draft.symbol == "AAPL", "the pasted text")
        assert on.form.form.focus == "symbol"
        assert on.host.asked("resolve") == []


async def test_draft_is_kept_when_the_form_is_closed() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("tab", *"25", "escape")
        assert on.form.edited
        on.form.fill("SELL", data.NVDA)
        await on.pilot.pause()
        assert "A draft is kept: BUY 25 AAPL" in on.text
        await on.type("enter")
        assert on.form.form.draft.quantity == "25"


async def test_staged_ticket_is_asked_about_when_nothing_else_was_chosen() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("tab", *"100", "tab", "tab", "a", "enter")
        await on.question()
        await on.type("y")
        await until(on.pilot, lambda: bool(on.sent), "the order")
        (ticket,) = on.sent
        assert ticket.request.transmit is False
        assert ticket.request.limit_price == D("187.52")
        assert ticket.instrument == data.AAPL
        assert ticket.account == data.A1


async def test_order_is_sent_once_when_enter_and_y_come_in_bursts() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("tab", *"100", "tab", "tab", "a", "tab", "tab", "tab", "t", "enter")
        await on.question()
        await on.type("y", "y", "enter", "y")
        await until(on.pilot, lambda: bool(on.sent), "the order")
        await on.pilot.pause()
        assert len(on.sent) == 1
        assert on.sent[0].request.transmit is True


async def test_notice_and_empty_quantity_follow_when_the_order_was_sent() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("tab", *"100", "tab", "tab", "a", "enter")
        await on.question()
        await on.type("y")
        await until(on.pilot, lambda: "staged at TWS" in on.host.fake.notices.lines[-1].text, "the notice")
        assert on.form.form.draft.quantity == ""
        assert on.form.form.draft.symbol == "AAPL"


async def test_draft_stays_and_notice_says_why_when_the_order_was_refused() -> None:
    engine = FakeEngine()
    engine.trading.result = FakePlaceResult(submitted=False, refusal="frozen by an emergency stop")
    async with desk(engine) as on:
        await on.resolve()
        await on.type("tab", *"100", "tab", "tab", "a", "enter")
        await on.question()
        await on.type("y")
        await until(on.pilot, lambda: "not sent: frozen" in on.host.fake.notices.lines[-1].text, "the notice")
        assert on.form.form.draft.quantity == "100"


async def test_question_keeps_the_ticket_of_the_key_press_when_the_row_changes_below() -> None:
    async with desk() as on:
        await on.resolve()
        await on.type("tab", *"100", "tab", "tab", "a", "enter")
        await on.question()
        on.form.form.draft = replace(on.form.form.draft, quantity="999")
        await on.type("y")
        await until(on.pilot, lambda: bool(on.sent), "the order")
        assert on.sent[0].request.quantity == D(100)


async def test_account_must_be_chosen_when_there_are_several() -> None:
    async with desk(accounts=(data.A1, data.A2)) as on:
        await on.resolve()
        await on.type("tab", *"100", "tab", "tab", "a", "enter")
        await until(on.pilot, lambda: on.form.form.focus == "account", "the account")
        assert "✗ is required: space chooses" in on.text
        await on.type("right", "right", "enter")
        await on.question()
        await on.type("y")
        await until(on.pilot, lambda: bool(on.sent), "the order")
        assert on.sent[0].account == data.A2


async def test_markup_in_a_name_is_shown_literally_when_resolved() -> None:
    engine = FakeEngine()
    engine.trading.instruments["AAPL"] = (replace(data.AAPL, long_name="[/AAPL] [red]x"),)
    async with desk(engine) as on:
        await on.resolve()
        assert "[/AAPL] [red]x" in on.text


async def test_quote_of_the_tables_is_kept_when_the_ticket_goes_to_another_instrument() -> None:
    engine = FakeEngine()
    other = replace(data.AAPL, con_id=4711, symbol="XOM", local_symbol="XOM")
    engine.trading.instruments["XOM"] = (other,)
    async with desk(engine) as on:
        for name, con_id in (("aapl", data.AAPL.con_id), ("xom", 4711), ("aapl", data.AAPL.con_id)):
            await on.type("home", "ctrl+u", *name, "tab")
            await until(on.pilot, lambda wanted=con_id: on.host.asked("watch")[-1:] == [wanted], name)  # type: ignore[misc]
            await on.type("shift+tab")
        assert on.host.asked("unwatch") == [4711]


async def test_quote_is_asked_for_again_when_it_may_have_been_dropped() -> None:
    async with desk() as on:
        await on.resolve()
        before = len(on.host.asked("watch"))
        await until(on.pilot, lambda: len(on.host.asked("watch")) > before, "the next look")
