"""The proof page's words: three verdicts that never blur, rows in the order of urgency, fills with the new position."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.tui import fake_data as data
from tests.tui import proofs
from tws_console.model.ids import OrderKey
from tws_console.model.stop import Outcome, StopReport, StopScope
from tws_console.tui.views import proof
from tws_console.tui.views.cells import Spans


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
    text = words(proof.head_lines(report, 80))
    assert sign in text
    assert proof.head_ground(report) == ground
    others = {"■ STOPPING", "✓ PROVED", "? EMPTY", "✗ NOT CONFIRMED"} - {sign}
    assert not any(other in text for other in others)


def test_verdict_is_named_when_it_still_runs_after_five_seconds() -> None:
    late = replace(proofs.STOPPING, elapsed_ms=5000)
    assert "✗ NOT CONFIRMED" in words(proof.head_lines(late, 80))


def test_missing_witness_is_named_in_full_when_empty() -> None:
    text = " ".join(words(proof.head_lines(proofs.EMPTY, 80)).split())
    assert "SPY 19DEC26 600 P of client 101" in text
    assert "4 of 5 ends witnessed" in text


def test_live_and_unknown_rows_come_first_when_ordered() -> None:
    outcomes = [item.outcome for item in proof.ordered(proofs.STOPPING)]
    assert outcomes[:4] == [Outcome.LIVE, Outcome.LIVE, Outcome.UNKNOWN, Outcome.FILLED]
    assert set(outcomes[4:]) == {Outcome.CANCELLED}


def test_fill_is_told_with_the_new_position_when_it_came_in_between() -> None:
    text = words(proof.foot_lines(proofs.PROVED, 80, held))
    assert "ES DEC26 filled 2 at 5912.25 while it was being cancelled: position is" in text
    assert "now -4." in text
    assert "now ?." in words(proof.foot_lines(proofs.PROVED, 80, lambda key: None))


def test_command_for_another_shell_is_whole_when_not_confirmed() -> None:
    text = words(proof.foot_lines(proofs.NOT_CONFIRMED, 80, held))
    assert "tws-console panic --host 127.0.0.1 --port 7497" in text
    assert "call the trade desk" in text


def test_reconnect_is_offered_only_when_the_link_is_down() -> None:
    assert "reconnect" in words([proof.key_line(proofs.NOT_CONFIRMED)])
    assert "reconnect" not in words([proof.key_line(proofs.PROVED)])


def test_left_is_what_was_open_when_a_part_had_filled() -> None:
    row = proof.proof_row(proofs.line(data.ORDERS[1], Outcome.CANCELLED))
    assert row.cells["left"].text == "140"


def test_late_order_is_marked_as_not_touched_when_it_came_after_the_enter() -> None:
    item = replace(proofs.OPEN[0], late=True)
    assert proof.proof_row(item).cells["detail"].text.startswith("new since your enter: not touched")


def test_copied_report_names_every_order_when_asked_for() -> None:
    text = proof.report_text(proofs.STOPPING)
    assert len(text.splitlines()) == 2 + len(proofs.STOPPING.orders)
    assert "1187330021\tES DEC26\tSELL\t2\tfilled\texecution\t2 at 5912.25" in text


@pytest.mark.parametrize("report", [proofs.PROVED, proofs.EMPTY, proofs.NOT_CONFIRMED])
def test_foot_says_how_the_freeze_ends_when_a_verdict_stands(report: StopReport) -> None:
    text = words(proof.foot_lines(report, 80, held))
    assert "FREEZE stays on, also after a restart.  ^P, then type resume trading." in text


@pytest.mark.parametrize(
    "report", [proofs.STOPPING, proofs.PROVED, proofs.EMPTY, proofs.NOT_CONFIRMED, None], ids=lambda r: str(r)[:9]
)
def test_keys_fit_80_cells_and_offer_positions_only_under_a_verdict(report: StopReport | None) -> None:
    text = words([proof.key_line(report)])
    assert len(text) <= 79
    assert "esc back" in text
    if report in {proofs.STOPPING, None}:
        assert "positions" not in text


def scoped(report: StopReport) -> StopReport:
    return replace(report, scope=StopScope(("DU1234567",), (7,), ("AAPL",), everything=False, words="AAPL"))


@pytest.mark.parametrize("report", [proofs.STOPPING, proofs.PROVED, proofs.NOT_CONFIRMED])
def test_scope_is_named_and_no_freeze_when_only_some_orders_are_cancelled(report: StopReport) -> None:
    text = words([*proof.head_lines(scoped(report), 120), *proof.foot_lines(scoped(report), 120, held)])
    assert "AAPL" in text.splitlines()[0]
    assert "Entry is not frozen" in text
    assert "FREEZE" not in text
    assert "resume trading" not in words([proof.key_line(scoped(report))])
