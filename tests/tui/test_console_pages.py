"""The whole console over the engine's double: pages, cursor, keys, sizes. Real keys, real rendering."""

from __future__ import annotations

from dataclasses import replace

from textual import events

from tests.tui import fake_data as data
from tests.tui.console import BEFORE, Hand, console_app, orders_table, screen_text
from tests.tui.fake_engine import FakeEngine
from tests.tui.waiting import until
from tws_console.config.themes import load_theme
from tws_console.model.ids import OrderKey
from tws_console.model.notice import Tone
from tws_console.model.order import Status
from tws_console.model.session import ConnectFailed, Lamp, Lamps, Phase, StageName
from tws_console.tui.app import ConsoleApp
from tws_console.tui.modals.cancel import CancelModal
from tws_console.tui.modals.quit import QuitModal

NVDA = OrderKey.perm(1902837465)
ES = OrderKey.perm(1187330021)


async def test_trade_page_shows_orders_and_positions_when_connected() -> None:
    app = console_app(FakeEngine())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "Positions 10" in screen_text(app), "positions")
        text = screen_text(app)
    assert "own 7  c7 3  c12 2  c101 1  manual 2  !4" in text
    assert "├ NVDA" in text
    assert "└ NVDA" in text
    assert "1-15 of 15" in text
    assert "1.08345" in text


async def test_engine_is_built_after_the_first_paint_when_the_app_starts() -> None:
    engine = FakeEngine()
    painted: list[bool] = []

    def build() -> FakeEngine:
        painted.append("Connect" in screen_text(app))
        return engine

    app = ConsoleApp(build, BEFORE, load_theme, clock=Hand().clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
    assert painted == [True]
    assert ("start", None) in engine.calls


async def test_cursor_stays_on_its_order_when_rows_above_it_end() -> None:
    engine, hand = FakeEngine(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("j", "j", "j", "j")
        assert orders_table(app).cursor == ES
        engine.end_order(data.ORDERS[0].key, status=Status.FILLED)
        hand.move(4)
        await until(pilot, lambda: orders_table(app).window.count == 14, "14 rows")
        await until(pilot, lambda: data.ORDERS[0].key not in orders_table(app).window.keys, "the row to go")
        assert orders_table(app).cursor == ES


async def test_rows_keep_their_places_when_a_key_was_just_pressed() -> None:
    engine, hand = FakeEngine(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("j")
        before = orders_table(app).window.keys
        engine.end_order(data.ORDERS[0].key, status=Status.FILLED)
        await until(pilot, lambda: orders_table(app).window.count == 14, "the end to arrive")
        assert orders_table(app).window.keys == before
        hand.move(4)
        await until(pilot, lambda: orders_table(app).window.keys != before, "the rows to move")
        assert orders_table(app).cursor == NVDA


async def test_ended_row_refuses_cancel_when_it_is_still_shown() -> None:
    engine, hand = FakeEngine(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("j")
        engine.end_order(NVDA, status=Status.CANCELLED)
        await until(pilot, lambda: orders_table(app).on_ghost, "the ghost")
        await pilot.press("c")
        await until(pilot, lambda: "nothing was cancelled" in screen_text(app), "the refusal")
        assert not app.screen.is_modal
        hand.move(6)
        await until(pilot, lambda: NVDA not in orders_table(app).window.keys, "the ghost to go")
        assert orders_table(app).cursor is not None


async def test_cursor_follows_the_order_when_it_gets_its_perm_id() -> None:
    engine, hand = FakeEngine(), Hand()
    app = console_app(engine, hand=hand)
    alias = OrderKey.alias(3, 44)
    named = replace(engine.book.orders[alias], key=OrderKey.perm(777), perm_id=777, status=Status.WORKING)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await until(pilot, lambda: orders_table(app).go_to(alias), "the order's row")
        engine.rename_order(alias, named)
        await until(pilot, lambda: orders_table(app).cursor == named.key, "the cursor on the new key")


async def test_cancel_asks_about_the_order_of_the_key_press_when_it_changes_later() -> None:
    engine = FakeEngine()
    app = console_app(engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("j", "c")
        await until(pilot, lambda: isinstance(app.screen, CancelModal), "the question")
        asked = app.screen
        assert isinstance(asked, CancelModal)
        captured = asked.order
        engine.put_order(replace(captured, remaining=captured.quantity))
        assert asked.order is captured
        assert captured.key == NVDA


async def test_cancel_says_that_the_rest_of_a_one_cancels_all_group_goes_with_the_order() -> None:
    engine = FakeEngine()
    app = console_app(engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        for leg in data.ORDERS[2:4]:
            engine.put_order(replace(leg, oca_group="1902837465"))
        orders_table(app).go_to(data.ORDERS[2].key)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CancelModal), "the question")
        await until(pilot, lambda: "1 order of its OCA group goes with it" in screen_text(app), "the other leg")


async def test_broker_text_is_shown_literally_when_it_looks_like_markup() -> None:
    engine = FakeEngine()
    order = replace(data.ORDERS[0], reason="[/AAPL] [red]held[/red]")
    engine.book.orders[order.key] = order
    app = console_app(engine)
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: "[/AAPL] [red]held[/red]"[:20] in screen_text(app), "the reason")
        engine.say(Tone.BAD, "refused: [/AAPL] [DU123] \x1b[31mhold")
        await until(pilot, lambda: "refused: [/AAPL] [DU123]  [31mhold" in screen_text(app), "the message")


async def test_paste_is_dropped_when_no_field_has_the_focus() -> None:
    engine = FakeEngine()
    app = console_app(engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        app.post_message(events.Paste("q\nc\ny\n2"))
        await pilot.press("j")
        assert app.current_mode == "trade"
        assert orders_table(app).cursor == NVDA
        assert not app.screen.is_modal


async def test_message_stands_when_the_terminal_is_too_small() -> None:
    engine = FakeEngine()
    app = console_app(engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("j")
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: "Too small: 40x10." in screen_text(app), "the message")
        assert "15 orders  !4" in screen_text(app)
        await pilot.press("c")
        assert not app.screen.is_modal
        await pilot.press("ctrl+g")
        assert app.gate.control.open
        await pilot.press("escape")
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "Positions 10" in screen_text(app), "the page")
        assert orders_table(app).cursor == NVDA
        assert orders_table(app).has_focus


async def test_digits_turn_pages_and_tab_turns_panes_when_connected() -> None:
    app = console_app(FakeEngine())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        for key, mode in (("2", "orders"), ("3", "positions"), ("9", "log"), ("1", "trade"), (">", "orders")):
            await pilot.press(key)
            await until(pilot, lambda mode=mode: app.current_mode == mode, mode)  # type: ignore[misc]
        await pilot.press("1", "tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "positions", "the positions")
        assert [w.id for w in app.screen.query("*") if w.has_focus] == ["positions"]


async def test_n_goes_from_problem_to_problem_when_pressed() -> None:
    app = console_app(FakeEngine())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        seen = []
        for _ in range(5):
            await pilot.press("n")
            seen.append(orders_table(app).cursor)
        statuses = [app.engine.book.get(key).status for key in seen if isinstance(key, OrderKey)]  # type: ignore[union-attr]
    assert statuses[:4] == [Status.CANCELLING, Status.WAIT_LOCATE, Status.UNKNOWN, Status.UNVERIFIED]
    assert statuses[4] is Status.CANCELLING


async def test_lost_link_is_told_and_actions_refuse_when_1100_came() -> None:
    engine = FakeEngine()
    app = console_app(engine)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        engine.put_session(
            lamps=Lamps(Lamp.UP, Lamp.DOWN, Lamp.DEGRADED, Lamp.UNKNOWN),
            lost_at=data.MONOTONIC - 48,
            retry_at=data.MONOTONIC + 4,
        )
        await until(pilot, lambda: "IBKR link lost 48 s ago (1100)." in screen_text(app), "the link line")
        assert "✗ ibkr" in screen_text(app)
        assert "cannot act:" in screen_text(app)


async def test_connect_page_gives_advice_and_retries_when_the_handshake_failed() -> None:
    engine = FakeEngine()
    failure = ConnectFailed(StageName.HANDSHAKE, "TWS does not greet", ("Answer the dialog in TWS.",))
    engine.put_session(phase=Phase.WAITING, failure=failure, retry_at=data.MONOTONIC + 4, accounts=())
    app = console_app(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "TWS does not greet." in screen_text(app), "the reason")
        assert "1  Answer the dialog in TWS." in screen_text(app)
        await pilot.press("r")
        assert ("retry_now", None) in engine.calls
        await pilot.press("2")
        assert app.current_mode == "connect"
        engine.put_session(phase=Phase.UP, failure=None, accounts=(data.A1, data.A2))
        await until(pilot, lambda: app.current_mode == "trade", "trade page")


async def test_demo_ends_the_app_with_the_wish_when_d_is_pressed_before_a_connection() -> None:
    engine = FakeEngine()
    engine.put_session(phase=Phase.CONNECTING)
    app = console_app(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.engine is not None, "the engine")
        await pilot.press("d")
    assert app.demo_wanted
    assert app.return_value == 0


async def test_quit_asks_when_something_is_unknown() -> None:
    app = console_app(FakeEngine())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitModal), "the question")
        assert app.return_value is None


async def test_quit_leaves_with_0_when_nothing_is_unsettled() -> None:
    app = console_app(FakeEngine(orders=data.ORDERS[:1]))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "trade page")
        await pilot.press("q")
    assert app.return_value == 0
