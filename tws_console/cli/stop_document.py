"""Builds the stop report as a document: `panic` and `cancel-all` print it, the journal keeps it. Imports model only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tws_console.cli.documents import milliseconds
from tws_console.model.problems import ErrorCode
from tws_console.model.stop import StopLine, StopReport, StopVerdict

WORST_FIRST = (StopVerdict.NOT_CONFIRMED, StopVerdict.EMPTY, StopVerdict.PROVED)


def stop_fields(report: StopReport) -> dict[str, Any]:
    """The report without ok, error and error_code. Durations are milliseconds from the start of the stop."""
    proof, scope = report.proof, report.scope
    return {
        "host": report.host,
        "port": report.port,
        "verdict": report.verdict.value,
        "proved": report.proved,
        "proof": {
            "snapshots": proof.snapshots,
            "empty_since": _moment(report.started_at, proof.empty_since_ms),
            "witnessed": proof.witnessed,
            "unwitnessed": proof.unwitnessed,
            "executions_swept": proof.executions_swept,
            "undecodable": proof.undecodable,
            "tws_link": proof.tws_link,
        },
        "scope": {
            "accounts": scope.accounts,
            "clients": scope.clients,
            "symbols": scope.symbols,
            "side": scope.side,
            "everything": scope.everything,
        },
        "frozen": report.frozen,
        "started_at": report.started_at,
        "elapsed_ms": milliseconds(report.elapsed_ms),
        "blocked_ms": milliseconds(report.blocked_ms),
        "sent_ms": milliseconds(report.sent_ms),
        "proved_ms": milliseconds(report.proved_ms),
        "link": report.link.value,
        "purged": report.purged,
        "staged": report.staged,
        "orders": [_line(line) for line in report.orders],
        "counts": report.counts(),
        "attempts": report.attempts,
        "notes": report.notes,
    }


def stop_document(report: StopReport) -> dict[str, Any]:
    """The whole document of one endpoint. ok only when proved."""
    return {**_head([report]), **stop_fields(report)}


def stops_document(reports: Sequence[StopReport]) -> dict[str, Any]:
    """The document of one or several endpoints: the worst report on top, all of them in `endpoints` when several."""
    worst = min(reports, key=lambda report: WORST_FIRST.index(report.verdict))
    document = {**_head(reports), **stop_fields(worst)}
    if len(reports) > 1:
        document["endpoints"] = [stop_document(report) for report in reports]
    return document


def _head(reports: Sequence[StopReport]) -> dict[str, Any]:
    if all(report.proved for report in reports):
        return {"ok": True, "error": None, "error_code": None}
    sentences = [_sentence(report) for report in reports if not report.proved]
    return {"ok": False, "error": " ".join(sentences), "error_code": ErrorCode.NOT_PROVED.value}


def _sentence(report: StopReport) -> str:
    place = f"{report.host}:{report.port}"
    if report.sent_ms is None:
        return f"{place}: the cancel was NOT sent, working orders were NOT cancelled: {report.why}"
    return f"{place}: not proved that every order is cancelled ({report.verdict.value}): {report.why}"


def _line(line: StopLine) -> dict[str, Any]:
    return {
        "perm_id": line.perm_id,
        "client_id": line.client_id,
        "order_id": line.order_id,
        "owner": line.owner.value,
        "symbol": line.symbol,
        "action": line.action or None,
        "quantity": line.quantity,
        "filled": line.filled,
        "outcome": line.outcome.value,
        "witness": line.witness.value,
        "reason": line.reason or None,
        "late": line.late,
        "ms": milliseconds(line.ms),
    }


def _moment(started_at: str, offset_ms: float | None) -> datetime | None:
    return None if offset_ms is None else datetime.fromisoformat(started_at) + timedelta(milliseconds=offset_ms)
