"""Builds the stop report as a document with its error and code, for `panic` and `cancel-all`. Imports model only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tws_console.model.problems import ErrorCode
from tws_console.model.stop import StopReport
from tws_console.model.stop_fields import stop_fields


def stop_document(report: StopReport) -> dict[str, Any]:
    """The whole document of one endpoint. ok only when proved."""
    return {**_head(report), **stop_fields(report)}


def stops_document(documents: Sequence[dict[str, Any]], worst: dict[str, Any]) -> dict[str, Any]:
    """The document of several endpoints: the worst of theirs on top, all of them in `endpoints`."""
    sentences = [str(document["error"]) for document in documents if document.get("error")]
    return {**worst, "error": " ".join(sentences) or None, "endpoints": list(documents)}


def _head(report: StopReport) -> dict[str, Any]:
    if report.proved:
        return {"ok": True, "error": None, "error_code": None}
    code = ErrorCode.NOT_PROVED if _left(report) else ErrorCode.IB_CONNECTION_FAILED
    return {"ok": False, "error": _sentence(report), "error_code": code.value}


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
