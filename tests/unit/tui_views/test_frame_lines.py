"""Status line, tabs, account strip, link line, connect page, arrangement: what stands there and that it fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui import fake_data as data
from tws_console.model.order import Status
from tws_console.model.position import AccountFigures
from tws_console.model.session import ConnectFailed, Lamp, Lamps, Mode, Phase, StageName
from tws_console.model.windows import Restart
from tws_console.tui.bindings import ACTIONS, Where, footer_of
from tws_console.tui.views import account, connect, status, stop_bar
from tws_console.tui.views.arrangement import Scene, arrange
from tws_console.tui.views.cells import Spans, width
from tws_console.tui.views.lines import footer


def plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)


@given(st.integers(40, 250), st.booleans(), st.sampled_from(list(Mode)))
def test_status_line_fills_the_width_and_ends_with_stop_when_any_width(room: int, frozen: bool, mode: Mode) -> None:
    state = replace(data.SESSION, frozen=frozen, mode=mode, entry_refusal="no entry")
    text = plain(status.status_line(state, data.NOW, data.MONOTONIC, room))
    assert len(text) == room
    assert text.endswith(" ^G STOP ")
    assert text.startswith(f" {mode.value.upper()} ")
    assert ("FREEZE" in text) == frozen


def test_paper_profile_says_live_when_an_account_is_live() -> None:
    state = replace(data.SESSION, accounts=("U1234567",))
    assert plain(status.status_line(state, data.NOW, data.MONOTONIC, 120)).startswith(" LIVE ")


def test_banner_says_armed_and_read_only_goes_when_a_live_account_is_armed() -> None:
    state = replace(data.SESSION, mode=Mode.LIVE, port=7496, accounts=("U1234567",))
    before = plain(status.status_line(state, data.NOW, data.MONOTONIC, 120))
    assert before.startswith(" LIVE   READ-ONLY ")
    assert plain(status.link_line(state, data.NOW, data.MONOTONIC)) == " READ-ONLY: arm in the palette (^P)."
    armed = replace(state, armed=("U1234567",))
    assert plain(status.status_line(armed, data.NOW, data.MONOTONIC, 120)).startswith(" LIVE ARMED ")
    assert "READ-ONLY" not in plain(status.status_line(armed, data.NOW, data.MONOTONIC, 120))
    assert plain(status.link_line(armed, data.NOW, data.MONOTONIC)) == ""


def test_contradiction_of_profile_and_login_is_a_chip_and_a_sentence() -> None:
    state = replace(data.SESSION, accounts=("U1234567",), armed=("U1234567",))
    assert " MISMATCH " in plain(status.status_line(state, data.NOW, data.MONOTONIC, 80))
    text = plain(status.link_line(state, data.NOW, data.MONOTONIC))
    assert text.startswith(" ! the profile says paper, but U1234567 is no paper account")


def test_link_line_tells_a_restart_and_a_loss_in_it_without_alarm() -> None:
    ends = data.NOW + timedelta(minutes=30)
    inside = Restart(True, data.NOW, ends, "Nightly reset until 00:45 ET. Entry waits.")
    near = replace(inside, inside=False, words="Nightly reset in 12m, 23:45 ET to 00:45 ET: entry will wait.")
    assert "in 12m" in plain(status.link_line(replace(data.SESSION, restart=near), data.NOW, data.MONOTONIC))
    lost = replace(data.SESSION, restart=inside, lost_at=data.MONOTONIC - 48, retry_at=data.MONOTONIC + 4)
    spans = status.link_line(lost, data.NOW, data.MONOTONIC)
    assert plain(spans).startswith(" ○ Nightly reset until 00:45 ET. Entry waits. ")
    assert "danger" not in {span.tone for span in spans}
    assert len(plain(spans)) <= 120


def test_rule_of_the_tabs_differs_by_mode_when_colour_is_left_out() -> None:
    texts = {mode: plain(status.tabs("trade", mode, {}, 120)[0]) for mode in Mode}
    assert ["─" in texts[Mode.PAPER], "═" in texts[Mode.LIVE], "╌" in texts[Mode.DEMO]] == [True, True, True]
    assert "─" not in texts[Mode.LIVE] + texts[Mode.DEMO]


def test_tab_places_cover_their_names_when_clicked() -> None:
    spans, places = status.tabs("trade", Mode.PAPER, {"orders": 15}, 120)
    text = plain(spans)
    assert [text[tab.start : tab.end].strip() for tab in places] == ["1 Trade", "2 Orders 15", "3 Positions", "9 Log"]


def test_unknown_figures_are_question_marks_and_never_zero_when_nothing_is_known() -> None:
    text = plain(account.strip(AccountFigures(""), 200))
    assert "Net liq ?" in text
    assert "Day ?" in text
    assert "0" not in text


@given(st.integers(40, 250), st.sampled_from(["", "48 s"]))
def test_account_strip_fits_when_any_width(room: int, old: str) -> None:
    assert width(account.strip(data.TOTAL, room, old)) <= room
    assert all(width(line) <= room for line in account.full(data.TOTAL, room))


def test_link_line_names_the_lost_link_when_the_broker_or_tws_is_down() -> None:
    lost = replace(data.SESSION, lost_at=data.MONOTONIC - 48, retry_at=data.MONOTONIC + 4)
    broker = replace(lost, lamps=Lamps(Lamp.UP, Lamp.DOWN))
    assert "IBKR link lost 48 s ago (1100)." in plain(status.link_line(broker, data.NOW, data.MONOTONIC))
    tws = replace(lost, lamps=Lamps(Lamp.DOWN))
    assert "TWS link lost 48 s ago. ~ is last known. Retry 4 s." in plain(
        status.link_line(tws, data.NOW, data.MONOTONIC)
    )
    assert status.link_line(data.SESSION, data.NOW, data.MONOTONIC) == ()


@given(st.integers(60, 200), st.text(max_size=200))
def test_connect_page_never_breaks_a_line_when_advice_is_long(room: int, advice: str) -> None:
    failure = ConnectFailed(StageName.HANDSHAKE, "No answer", (advice,))
    state = replace(data.SESSION, phase=Phase.WAITING, failure=failure, retry_at=data.MONOTONIC + 3)
    for line in connect.connect_lines(state, data.MONOTONIC, room):
        assert width(line) <= room
        assert "\n" not in plain(line)


@given(st.integers(60, 260), st.integers(13, 60), st.booleans(), st.booleans())
def test_panes_never_overlap_or_leave_the_page_when_any_size(
    width_: int, height: int, opened: bool, focus: bool
) -> None:
    places = arrange(Scene(width_, 3, height, opened, focus))
    cells: set[tuple[int, int]] = set()
    for place in places.values():
        assert place.x >= 0
        assert place.x + place.width <= width_
        assert place.y >= 3
        assert place.y + place.height <= 3 + height
        area = {(x, y) for x in range(place.x, place.x + place.width) for y in range(place.y, place.y + place.height)}
        assert not cells & area
        cells |= area
    assert "orders" in places


def test_ticket_leaves_four_order_rows_when_open_at_80x24() -> None:
    places = arrange(Scene(80, 3, 19, ticket_open=True, ticket_focused=True))
    assert places["orders"].height == 6
    assert "positions" not in places


@pytest.mark.parametrize("room", [60, 80, 120, 200])
def test_footer_keeps_help_when_any_width(room: int) -> None:
    text = plain(footer(footer_of(Where.TABLES, Where.ORDERS, Where.PAGES, Where.EVERYWHERE), room))
    assert "? help" in text
    assert len(text) <= room


def test_action_ids_and_keys_of_a_place_are_unique_when_registered() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))
    together = (Where.PAGES, Where.TABLES, Where.ORDERS, Where.POSITIONS, Where.EVERYWHERE)
    keys = [key for action in ACTIONS if action.where in together for key in action.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("room", [40, 50, 60, 80, 120])
def test_stop_bar_names_its_key_in_full_when_any_width(room: int) -> None:
    facts = stop_bar.BarFacts(data.SESSION, data.ORDERS, 1.2)
    assert " ENTER sends " in plain(stop_bar.bar_lines(facts, room)[0])
    again = plain(stop_bar.bar_lines(replace(facts, hint="again"), room)[0])
    assert "again" in again


def test_stop_bar_names_no_symbol_of_a_staged_order_because_it_stays() -> None:
    staged = [order for order in data.ORDERS if order.status is Status.STAGED]
    text = "\n".join(plain(line) for line in stop_bar.bar_lines(stop_bar.BarFacts(data.SESSION, staged, 1.2), 80))
    assert "knows: 0" in text
    assert "AMD" not in text
    assert "1 staged stays" in text


def test_link_line_says_that_the_stop_is_refused_when_tws_is_read_only() -> None:
    text = plain(status.link_line(replace(data.SESSION, api_read_only=True), data.NOW, data.MONOTONIC))
    assert text == " READ-ONLY: TWS refuses orders, cancels and the stop. Untick Read-Only API."


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("2026-09-15T13:12:46+00:00", "since 09:12:46:"),
        ("2026-09-14T13:12:46+00:00", "since 2026-09-14 09:12:"),
        ("09:12:46", "since 09:12:46:"),
    ],
)
def test_freeze_line_tells_the_day_only_when_it_is_not_today(since: str, words: str) -> None:
    text = plain(status.link_line(replace(data.SESSION, frozen=True, frozen_since=since), data.NOW, data.MONOTONIC))
    assert words in text
    assert text.endswith("cancels pass, entry does not.  ^P releases it.")
    assert len(text) <= 80
