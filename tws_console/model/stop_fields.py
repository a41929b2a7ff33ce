"""The stop report as plain data under the names that scripts rely on: documents print it, the journal keeps it.

Imports model only. Durations are milliseconds from the start of the stop, three decimals at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tws_console.model.stop import StopLine, StopReport, StopScope


def stop_fields(report: StopReport) -> dict[str, Any]:
    """Every field of the report but the countdown, which means something to a screen only."""
    proof = report.proof
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
        "scope": scope_fields(report.scope),
        "frozen": report.frozen,
        "started_at": report.started_at,
        "elapsed_ms": _short(report.elapsed_ms),
        "blocked_ms": _short(report.blocked_ms),
        "sent_ms": _short(report.sent_ms),
        "proved_ms": _short(report.proved_ms),
        "link": report.link.value,
        "purged": report.purged,
        "staged": report.staged,
        "orders": [_line(line) for line in report.orders],
        "counts": report.counts(),
        "attempts": report.attempts,
        "notes": report.notes,
    }


def scope_fields(scope: StopScope) -> dict[str, Any]:
    """What a stop was pressed for."""
    return {
        "accounts": scope.accounts,
        "clients": scope.clients,
        "symbols": scope.symbols,
        "side": scope.side,
        "everything": scope.everything,
    }


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
        "position": line.position,
        "late": line.late,
        "ms": _short(line.ms),
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _moment(started_at: str, offset_ms: float | None) -> datetime | None:
    return None if offset_ms is None else datetime.fromisoformat(started_at) + timedelta(milliseconds=offset_ms)
