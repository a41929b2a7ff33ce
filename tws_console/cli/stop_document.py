"""Builds the stop report as a document with its error and code, for `panic` and `cancel-all`. Imports model only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tws_console.model.problems import ErrorCode
from tws_console.model.stop import StopReport, StopVerdict
from tws_console.model.stop_fields import stop_fields

WORST_FIRST = (StopVerdict.NOT_CONFIRMED, StopVerdict.EMPTY, StopVerdict.PROVED)


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
    code = ErrorCode.NOT_PROVED if all(map(_left, reports)) else ErrorCode.IB_CONNECTION_FAILED
    return {"ok": False, "error": " ".join(sentences), "error_code": code.value}


def _left(report: StopReport) -> bool:
    """Whether a cancel of everything has left. A scoped one needs none to be proved."""
    return report.sent_ms is not None or not report.scope.everything


def _sentence(report: StopReport) -> str:
    place = f"{report.host}:{report.port}"
    if not report.scope.everything:
        return f"{place}: not proved that every order of {report.scope.words} is cancelled: {report.why}"
    if report.sent_ms is None:
        return f"{place}: the cancel was NOT sent, working orders were NOT cancelled: {report.why}"
    return f"{place}: not proved that every order is cancelled ({report.verdict.value}): {report.why}"
