"""The ticket's keys without a screen: fields, prices, choices, candidates, drafts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui import fake_data as data
from tws_console.model.instrument import PriceStep, SymbolMatch
from tws_console.model.position import Quote
from tws_console.model.ticket import OrderRequest
from tws_console.tui.draft import Draft, errors, from_row, named, number, to_request
from tws_console.tui.form import Effect, TicketForm

D = Decimal
CENT = (PriceStep(D(0), D("0.01")),)
AAPL = Draft(symbol="AAPL", instrument=data.AAPL, steps=CENT)
QUOTE = Quote(265598, bid=D("187.48"), ask=D("187.52"), last=D("187.50"))


def form_with(draft: Draft = AAPL, accounts: tuple[str, ...] = (data.A1,), focus: str = "limit") -> TicketForm:
    form = TicketForm(draft, accounts)
    form.quote = QUOTE
    form.go(focus)
    return form


def type_in(form: TicketForm, *keys: str) -> Effect:
    effect = Effect.NONE
    for key in keys:
        effect = form.key(key, key if len(key) == 1 else None)
    return effect


@pytest.mark.parametrize(("key", "price"), [("b", "187.48"), ("a", "187.52"), ("m", "187.50"), ("l", "187.50")])
def test_letter_takes_the_price_when_in_a_price_field(key: str, price: str) -> None:
    form = form_with()
    assert type_in(form, key) is Effect.CHANGED
    assert form.draft.limit == price


def test_middle_between_ticks_is_rounded_to_the_kinder_side_when_taken() -> None:
    form = form_with()
    form.quote = replace(QUOTE, ask=D("187.51"))
    type_in(form, "m")
    assert form.draft.limit == "187.49"
    form = form_with(replace(AAPL, side="SELL"))
    form.quote = replace(QUOTE, ask=D("187.51"))
    type_in(form, "m")
    assert form.draft.limit == "187.50"


@pytest.mark.parametrize(
    ("key", "price"), [("up", "187.51"), ("down", "187.49"), ("pageup", "187.60"), ("pagedown", "187.40")]
)
def test_arrow_moves_by_ticks_when_in_a_price_field(key: str, price: str) -> None:
    form = form_with(replace(AAPL, limit="187.50"))
    type_in(form, key)
    assert form.draft.limit == price


def test_arrow_starts_at_the_market_when_the_price_is_empty() -> None:
    form = form_with()
    type_in(form, "up")
    assert form.draft.limit == "187.52"


def test_price_off_the_tick_is_named_when_typed() -> None:
    form = form_with()
    type_in(form, *"187.523")
    assert form.shown_errors()["limit"] == "tick is 0.01: 187.52 or 187.53"


def test_untouched_form_does_not_scold_when_opened() -> None:
    form = TicketForm(Draft(), (data.A1,))
    assert form.shown_errors() == {}
    assert "quantity" in form.errors()


def test_quantity_zero_is_named_when_typed() -> None:
    form = form_with(focus="quantity")
    type_in(form, "0")
    assert form.shown_errors()["quantity"] == "must be more than 0, got 0"


@given(st.lists(st.sampled_from(["tab", "shift+tab", "up", "down"]), max_size=30))
def test_focus_stays_in_the_form_when_walked(keys: list[str]) -> None:
    form = form_with(replace(AAPL, type="STP LMT"), (data.A1, data.A2), "symbol")
    for key in keys:
        form.key(key, None)
        assert form.focus in form.fields


def test_choice_is_cycled_when_space_arrows_and_letters_are_pressed() -> None:
    form = form_with(focus="type")
    form.key("space", " ")
    assert form.draft.type == "MKT"
    type_in(form, "left", "left")
    assert form.draft.type == "STP LMT"
    type_in(form, "s")
    assert form.draft.type == "STP"
    type_in(form, "s")
    assert form.draft.type == "STP LMT"
    type_in(form, "l")
    assert form.draft.type == "LMT"


def test_price_fields_follow_the_type_when_it_changes() -> None:
    form = form_with(focus="type")
    assert "limit" in form.fields
    assert "stop" not in form.fields
    type_in(form, "s")
    assert "limit" not in form.fields
    assert "stop" in form.fields


def test_hidden_price_is_not_sent_when_the_type_has_none() -> None:
    request = to_request(replace(AAPL, type="MKT", quantity="10", limit="187.50"), (data.A1,))
    assert isinstance(request, OrderRequest)
    assert request.limit_price is None


def test_side_switches_when_f2_is_pressed_in_any_field() -> None:
    form = form_with(focus="quantity")
    type_in(form, "f2")
    assert form.draft.side == "SELL"


def test_symbol_is_looked_up_when_left_unresolved() -> None:
    form = TicketForm(Draft(), (data.A1,))
    assert type_in(form, *"aapl", "tab") is Effect.LOOK_UP
    assert form.draft.symbol == "AAPL"


def test_symbol_is_not_looked_up_when_it_is_resolved() -> None:
    assert form_with(focus="symbol").go("quantity") is Effect.CHANGED


def test_instrument_is_forgotten_when_the_symbol_is_changed() -> None:
    form = form_with(focus="symbol")
    type_in(form, "X")
    assert form.draft.instrument is None
    assert form.draft.steps == ()


def test_candidate_is_taken_when_chosen_with_enter() -> None:
    form = TicketForm(Draft(symbol="SIE"), (data.A1,))
    matches = (SymbolMatch(1, "SIE", "STK", "IBIS", "EUR"), SymbolMatch(2, "SIEB", "STK", "NASDAQ", "USD"))
    form.not_found("2 instruments: which one?", matches)
    type_in(form, "down")
    assert type_in(form, "enter") is Effect.CHOSEN
    assert form.taken == matches[1]
    assert form.candidates is None


def test_letters_answer_nothing_when_candidates_are_shown() -> None:
    form = TicketForm(Draft(symbol="SIE"), (data.A1,))
    form.not_found("which one?", (SymbolMatch(1, "SIE", "STK", "IBIS", "EUR"),))
    assert type_in(form, "x", "1") is Effect.NONE
    assert form.draft.symbol == "SIE"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("quantity", "1,250", Decimal(1250)),
        ("quantity", "1,5", None),
        ("limit", "1,250.50", Decimal("1250.50")),
        ("limit", "187,40", None),
        ("limit", "1,085", None),
    ],
)
def test_comma_is_an_error_when_it_may_be_meant_as_the_decimal_point(
    name: str, text: str, value: Decimal | None
) -> None:
    form = form_with(focus=name)
    type_in(form, "ctrl+u", *text)
    assert (name in form.errors()) is (value is None)
    assert number(name, form.draft.text(name)) == value


@pytest.mark.parametrize("focus", ["symbol", "quantity", "limit"])
def test_paste_is_text_only_when_it_holds_line_ends_and_controls(focus: str) -> None:
    form = form_with(Draft(), focus=focus)
    form.paste("12\x1b[31m3\r\n\rY\n")
    assert form.draft.text(focus) == "12[31M3" if focus == "symbol" else "12[31m3"
    assert form.focus == focus


def test_paste_is_dropped_when_the_field_is_a_choice() -> None:
    form = form_with(focus="side")
    assert form.paste("SELL") is Effect.NONE
    assert form.draft.side == "BUY"


def test_letters_are_inserted_at_the_cursor_when_it_was_moved() -> None:
    form = form_with(focus="quantity")
    type_in(form, *"10", "home", "2", "end", "5", "left", "backspace")
    assert form.draft.quantity == "215"


def test_first_error_gets_the_focus_when_review_is_asked_for() -> None:
    form = form_with(replace(AAPL, quantity="0", limit="187.523"), focus="send")
    assert type_in(form, "enter") is Effect.REVIEW
    form.go_to_error()
    assert form.focus == "quantity"
    assert set(form.shown_errors()) == {"quantity", "limit"}


def test_account_is_required_when_there_are_several() -> None:
    accounts = (data.A1, data.A2)
    assert errors(replace(AAPL, quantity="1", limit="1"), accounts) == {"account": "is required: space chooses"}
    assert errors(replace(AAPL, quantity="1", limit="1", account=data.A2), accounts) == {}


def test_kept_draft_is_offered_first_when_another_row_is_filled_in() -> None:
    form = form_with(focus="quantity")
    type_in(form, "5")
    assert form.edited
    form.offer = Draft(symbol="NVDA")
    assert type_in(form, "b") is Effect.NONE
    assert type_in(form, "enter") is Effect.CHANGED
    assert form.draft.symbol == "AAPL"
    form.offer = Draft(symbol="NVDA")
    assert type_in(form, "n") is Effect.NEW
    assert form.draft.symbol == "NVDA"


def test_row_fills_the_draft_when_it_is_an_order_or_a_position() -> None:
    order = data.ORDERS[5]
    draft = from_row("BUY", order.instrument, order, None, (data.A1, data.A2))
    assert (draft.symbol, draft.type, draft.limit, draft.stop) == ("ES DEC26", "STP LMT", "5948.50", "5948.00")
    assert draft.account == order.account
    held = data.POSITIONS[0]
    assert from_row("SELL", held.instrument, None, held, (data.A1,)).quantity == "300"
    assert from_row("BUY", held.instrument, None, held, (data.A1,)).quantity == ""


def test_row_gives_no_price_when_the_ticket_is_for_the_other_side() -> None:
    order = data.ORDERS[5]
    draft = from_row("SELL", order.instrument, order, None, (data.A1, data.A2))
    assert (draft.symbol, draft.type, draft.limit, draft.stop) == ("ES DEC26", "LMT", "", "")


def test_type_that_is_not_built_becomes_a_limit_without_price_when_filled_from_a_row() -> None:
    trail = data.ORDERS[6]
    draft = from_row("BUY", trail.instrument, trail, None, (data.A1,))
    assert (draft.type, draft.limit, draft.stop) == ("LMT", "", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("aapl ", {"symbol": "AAPL"}),
        ("eur.usd", {"symbol": "EUR", "sec_type": "CASH", "exchange": "IDEALPRO", "currency": "USD"}),
        ("ES DEC26", {"symbol": "ES", "sec_type": "FUT", "expiry": "202612"}),
        ("BRK B", {"symbol": "BRK B"}),
    ],
)
def test_typed_name_becomes_request_fields_when_it_has_a_known_form(text: str, found: dict[str, str]) -> None:
    assert named(text) == found


def test_transmit_is_off_when_nothing_was_chosen() -> None:
    request = to_request(replace(AAPL, quantity="1", limit="187.50"), (data.A1,))
    assert isinstance(request, OrderRequest)
    assert request.transmit is False
    assert request.con_id == data.AAPL.con_id
