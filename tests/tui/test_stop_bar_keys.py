"""The red bar over a page, a ticket and a question, with real keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from tests.tui.fake_engine import FakeEngine
from tests.tui.host import Host
from tests.tui.waiting import text_of, until
from tws_console.model.order import Status
from tws_console.tui.commands import CommandPalette
from tws_console.tui.modals.quit import QuitModal
from tws_console.tui.screens.proof import ProofScreen


@asynccontextmanager
async def page(engine: FakeEngine | None = None, form: bool = True) -> AsyncIterator[tuple[Host, Pilot[int]]]:
    host = Host(engine or FakeEngine(), form=form)
    async with host.run_test(size=(80, 24)) as pilot:
        yield host, pilot


def click(x: int, y: int) -> events.MouseDown:
    """A press of the left button as the terminal reports it."""
    return events.MouseDown(
        None, x, y, delta_x=0, delta_y=0, button=1, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y
    )


def bar_is_up(host: Host) -> bool:
    return "STOP ALL ORDERS?" in text_of(host)


@pytest.mark.parametrize("key", ["ctrl+g", "f8"])
async def test_bar_shows_what_would_be_cancelled_when_the_stop_key_is_pressed(key: str) -> None:
    async with page() as (host, pilot):
        await pilot.press(key)
        await until(pilot, lambda: bar_is_up(host), "the bar")
        text = text_of(host)
        assert "every order this TWS login knows: 14" in text
        assert "own 6  c7 3  c12 2  c101 1  manual 2" in text
        assert "1 staged stays" in text
        assert host.asked("arm") == [None]
        assert host.asked("fire") == []


async def test_stop_is_sent_and_the_proof_shown_when_enter_follows() -> None:
    async with page() as (host, pilot):
        await pilot.press("ctrl+g")
        host.wait(0.2)
        await until(pilot, lambda: host.gate.control.ready, "the paint")
        await pilot.press("enter")
        assert host.asked("fire") == [None]
        await until(pilot, lambda: isinstance(host.screen, ProofScreen), "the proof page")
        assert "STOPPING" in text_of(host)


async def test_burst_does_nothing_when_it_comes_in_one_turn() -> None:
    async with page(form=False) as (host, pilot):
        for key in ("ctrl+g", "b", "enter"):
            host.post_message(events.Key(key, "b" if key == "b" else None))
        await pilot.pause()
        assert host.asked("fire") == []
        assert host.letters == 0
        assert not host.gate.control.open


async def test_early_enter_keeps_the_bar_and_says_again_when_pressed_at_once() -> None:
    async with page() as (host, pilot):
        await pilot.press("ctrl+g", "enter")
        assert host.asked("fire") == []
        await until(pilot, lambda: "press it again" in text_of(host), "again")


async def test_draft_survives_when_the_bar_is_opened_and_closed() -> None:
    async with page() as (host, pilot):
        await until(pilot, lambda: host.focused is host.order_form, "the form")
        await pilot.press(*"aap", "ctrl+g", "x")
        assert host.order_form is not None
        assert host.order_form.form.draft.symbol == "AAP"
        assert host.asked("disarm") == [None]
        host.wait(1.1)
        await pilot.press("l")
        assert host.order_form.form.draft.symbol == "AAPL"


async def test_bar_says_not_sent_and_goes_when_six_seconds_are_over() -> None:
    async with page() as (host, pilot):
        await pilot.press("ctrl+g")
        host.wait(6.0)
        await until(pilot, lambda: "NOT SENT" in text_of(host), "not sent")
        await pilot.press("enter")
        assert host.asked("fire") == []
        host.wait(1.0)
        await until(pilot, lambda: "NOT SENT" not in text_of(host), "the bar to go")


async def test_paste_is_swallowed_when_the_bar_is_open() -> None:
    async with page() as (host, pilot):
        await until(pilot, lambda: host.focused is host.order_form, "the form")
        await pilot.press("ctrl+g")
        host.post_message(events.Paste("AAPL\n"))
        await pilot.pause()
        assert host.gate.control.open
        assert host.order_form is not None
        assert host.order_form.form.draft.symbol == ""


async def test_bar_opens_over_dialogs_when_the_stop_key_is_pressed_there() -> None:
    async with page() as (host, pilot):
        for dialog in (QuitModal(("1 staged",)), CommandPalette(())):
            await host.push_screen(dialog)
            await pilot.press("ctrl+g")
            await until(pilot, lambda: bar_is_up(host), "the bar")
            await pilot.press("escape")
            assert host.screen is dialog
            host.wait(1.1)


async def test_click_on_stop_keeps_the_bar_when_it_is_open() -> None:
    async with page() as (host, pilot):
        await pilot.press("ctrl+g")
        host.wait(4)
        host.post_message(click(77, 0))
        await pilot.pause()
        assert host.gate.control.remaining == pytest.approx(6.0)
        host.post_message(click(10, 12))
        await pilot.pause()
        assert host.gate.control.open
        assert host.asked("fire") == []


async def test_stop_is_sent_once_more_when_asked_for_over_the_proof() -> None:
    async with page() as (host, pilot):
        for times in (1, 2):
            await pilot.press("ctrl+g")
            host.wait(1.1)
            await pilot.press("enter")
            assert len(host.asked("fire")) == times
            await until(pilot, lambda: isinstance(host.screen, ProofScreen), "the proof page")
            host.wait(1.1)


async def test_bar_says_refused_when_tws_is_read_only() -> None:
    engine = FakeEngine()
    engine.put_session(api_read_only=True)
    async with page(engine) as (host, pilot):
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "it will refuse this (321)" in text_of(host), "the refusal")


async def test_bar_says_not_loaded_when_no_list_was_ever_complete() -> None:
    engine = FakeEngine(orders=())
    engine.put_session(snapshot_at=None)
    async with page(engine) as (host, pilot):
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "not loaded yet" in text_of(host), "not loaded")


async def test_scope_leaves_out_staged_orders_when_it_counts() -> None:
    engine = FakeEngine()
    staged = [replace(order, status=Status.STAGED) for order in engine.book.live()]
    async with page(FakeEngine(orders=staged)) as (host, pilot):
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "knows: 0" in text_of(host), "no order in scope")
        assert "15 staged stay" in text_of(host)
