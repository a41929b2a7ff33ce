"""The proof page's words: three verdicts that never blur, rows in the order of urgency, fills with the new position."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.tui import fake_data as data
from tests.tui import proofs
from tws_console.model.ids import OrderKey
from tws_console.model.stop import Outcome, StopReport, StopScope
from tws_console.tui.views import proof, verdict
from tws_console.tui.views.cells import Spans
from tws_console.tui.views.columns import Measure, layout


def words(lines: list[Spans]) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)


def held(key: OrderKey) -> Decimal | None:
    return Decimal(-4)


@pytest.mark.parametrize(
    ("report", "sign", "ground"),
    [
        (proofs.STOPPING, "■ STOPPING", "danger_bg"),
        (proofs.PROVED, "✓ PROVED", "bg"),
        (proofs.EMPTY, "? EMPTY", "bg"),
        (proofs.NOT_CONFIRMED, "✗ NOT CONFIRMED", "danger_bg"),
    ],
)
def test_each_verdict_has_its_own_sign_and_fill_when_shown(report: StopReport, sign: str, ground: str) -> None:
    text = words(verdict.head_lines(report, 80))
    assert sign in text
    assert verdict.head_ground(report) == ground
    others = {"■ STOPPING", "✓ PROVED", "? EMPTY", "✗ NOT CONFIRMED"} - {sign}
    assert not any(other in text for other in others)


def test_verdict_is_named_when_it_still_runs_after_five_seconds() -> None:
    late = replace(proofs.STOPPING, elapsed_ms=5000)
    assert "✗ NOT CONFIRMED" in words(verdict.head_lines(late, 80))


def test_missing_witness_is_named_in_full_when_empty() -> None:
    text = " ".join(words(verdict.head_lines(proofs.EMPTY, 80)).split())
    assert "SPY 19DEC26 600 P of client 101" in text
    assert "4 of 5 ends witnessed" in text


def test_live_and_unknown_rows_come_first_when_ordered() -> None:
    outcomes = [item.outcome for item in proof.ordered(proofs.STOPPING)]
    assert outcomes[:4] == [Outcome.LIVE, Outcome.LIVE, Outcome.UNKNOWN, Outcome.FILLED]
    assert set(outcomes[4:]) == {Outcome.CANCELLED}


def test_fill_is_told_with_the_new_position_when_it_came_in_between() -> None:
    text = words(verdict.foot_lines(proofs.PROVED, 80, held))
    assert "ES DEC26 filled 2 at 5912.25 while it was being cancelled: position is" in text
    assert "now -4." in text
    assert "now ?." in words(verdict.foot_lines(proofs.PROVED, 80, lambda key: None))


def test_command_for_another_shell_is_whole_when_not_confirmed() -> None:
    text = words(verdict.foot_lines(proofs.NOT_CONFIRMED, 80, held))
    assert "tws-console panic --host 127.0.0.1 --port 7497" in text
    assert "call the trade desk" in text


def test_reconnect_is_offered_only_when_the_link_is_down() -> None:
    assert "reconnect" in words([verdict.key_line(proofs.NOT_CONFIRMED, 80)])
    assert "reconnect" not in words([verdict.key_line(proofs.PROVED, 80)])


def test_left_is_what_was_open_when_a_part_had_filled() -> None:
    row = proof.proof_row(proofs.line(data.ORDERS[1], Outcome.CANCELLED))
    assert row.cells["left"].text == "140"


def test_late_order_is_marked_as_not_touched_when_it_came_after_the_enter() -> None:
    item = replace(proofs.OPEN[0], late=True)
    assert proof.proof_row(item).cells["detail"].text.startswith("new since your enter: not touched")


def test_copied_report_names_every_order_when_asked_for() -> None:
    text = proof.report_text(proofs.STOPPING)
    assert len(text.splitlines()) == 3 + len(proofs.STOPPING.orders)
    assert "1187330021\tES DEC26\tSELL\t2\tfilled\texecution\t2 at 5912.25\tc7\tfilled 2\t264 ms" in text
    assert "staged: AMD SELL 400" in text


def test_next_try_is_counted_down_while_it_is_ahead_and_not_when_it_is_due() -> None:
    def told(next_try_ms: float | None, *, running: bool = True) -> str:
        report = replace(proofs.NOT_CONFIRMED, next_try_ms=next_try_ms, running=running)
        return words(verdict.head_lines(report, 80))

    assert "2 orders may be live and may fill, 1 is unknown. Next try in 1.4 s." in told(8604)
    assert "Next try" not in told(7204)
    assert "Next try" not in told(None)
    assert "Next try" not in told(8604, running=False)


def test_reason_is_whole_when_it_does_not_fit_beside_the_verdict() -> None:
    why = "no connection to TWS: the cancel has not left, working orders are NOT cancelled"
    lines = verdict.head_lines(replace(proofs.NOT_CONFIRMED, why=why), 80)
    assert why in " ".join(words(lines).split())
    assert max(len(words([line])) for line in lines) <= 80


def test_what_to_do_stays_and_what_happened_yields_when_the_screen_is_low() -> None:
    report = replace(proofs.NOT_CONFIRMED, notes=("one", "two"))
    lines = verdict.foot_lines(report, 80, held, 4)
    assert len(lines) == 4
    assert "More happened: y copies the report." in words(lines)
    assert "call the trade desk" in words(lines)
    assert "tws-console panic --host 127.0.0.1 --port 7497" in words(lines)


def test_keys_that_stop_and_leave_stay_when_the_screen_is_narrow() -> None:
    text = words([verdict.key_line(proofs.NOT_CONFIRMED, 60)])
    assert len(text) < 60
    assert "^G once more" in text
    assert "esc back, keeps trying" in text
    assert "r reconnect now" in text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_command_for_another_shell_is_whole_at_any_width(width: int) -> None:
    report = replace(proofs.NOT_CONFIRMED, host="gateway-7.trading.example.com")
    text = " ".join(words(verdict.foot_lines(report, width, held)).split())
    assert "tws-console panic --host gateway-7.trading.example.com --port 7497" in text


def test_newest_notes_are_shown_and_the_rest_counted_when_there_are_many() -> None:
    report = replace(proofs.STOPPING, notes=tuple(f"note {number}" for number in range(9)))
    text = words(verdict.foot_lines(report, 80, held))
    assert "6 earlier notes: y copies the report" in text
    assert "note 8" in text
    assert "note 5" not in text
    assert "note 0" in proof.report_text(report)


def test_whole_reason_is_told_of_the_row_under_the_cursor() -> None:
    reason = "entered by hand in TWS: cancel it there, no client may cancel it by its number"
    text = " ".join(words(verdict.selected_lines(replace(proofs.OPEN[1], reason=reason), 80)).split())
    assert f"GME #550019290 {reason}" in text


def proof_layout(room: int, perm_id: int, symbol: str) -> dict[str, int]:
    """The width of each column with such an order."""
    row = proof.proof_row(replace(proofs.OPEN[0], perm_id=perm_id, symbol=symbol))
    measures = {one.id: Measure().seeing(row.cells[one.id].text, one.align) for one in proof.COLUMNS}
    return {placed.column.id: placed.width for placed in layout(proof.COLUMNS, room, measures, frozenset()).columns}


@pytest.mark.parametrize("perm_id", [884120391, 1902837465123456])
def test_detail_keeps_its_room_when_numbers_and_names_are_long(perm_id: int) -> None:
    name = "SPXW 19DEC26 6000 C"
    assert proof_layout(80, perm_id, name) == proof_layout(80, 1, "A")
    assert proof_layout(80, perm_id, name)["detail"] >= 16
    assert proof_layout(60, perm_id, name)["detail"] >= 16
    assert proof_layout(120, perm_id, name)["perm"] >= len(str(perm_id))


@pytest.mark.parametrize("report", [proofs.PROVED, proofs.EMPTY, proofs.NOT_CONFIRMED])
def test_foot_says_how_the_freeze_ends_when_a_verdict_stands(report: StopReport) -> None:
    text = words(verdict.foot_lines(report, 80, held))
    assert "FREEZE stays on, also after a restart.  ^P, then type resume trading." in text


@pytest.mark.parametrize(
    "report", [proofs.STOPPING, proofs.PROVED, proofs.EMPTY, proofs.NOT_CONFIRMED, None], ids=lambda r: str(r)[:9]
)
def test_keys_fit_80_cells_and_offer_positions_only_under_a_verdict(report: StopReport | None) -> None:
    text = words([verdict.key_line(report, 80)])
    assert len(text) <= 79
    assert "esc back" in text
    if report in {proofs.STOPPING, None}:
        assert "positions" not in text


def scoped(report: StopReport) -> StopReport:
    return replace(report, scope=StopScope(("DU1234567",), (7,), ("AAPL",), everything=False, words="AAPL"))


@pytest.mark.parametrize("report", [proofs.STOPPING, proofs.PROVED, proofs.NOT_CONFIRMED])
def test_scope_is_named_and_no_freeze_when_only_some_orders_are_cancelled(report: StopReport) -> None:
    text = words([*verdict.head_lines(scoped(report), 120), *verdict.foot_lines(scoped(report), 120, held)])
    assert "AAPL" in text.splitlines()[0]
    assert "Entry is not frozen" in text
    assert "FREEZE" not in text
    assert "resume trading" not in words([verdict.key_line(scoped(report), 80)])
