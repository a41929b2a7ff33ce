"""How the emergency stop of the command line ends: its report on stdout, its verdict as the exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tws_console.cli import tables
from tws_console.cli.output import Output, OutputLost, is_terminal
from tws_console.cli.stop_document import stop_document, stops_document
from tws_console.model.problems import Exit
from tws_console.model.stop import StopReport

WORST_FIRST = (Exit.INTERNAL, Exit.NO_CONNECTION, Exit.NOT_PROVED, Exit.DONE)


def finish(report: StopReport, argv: Sequence[str]) -> Exit:
    """Print the report as a table or a document; proved is the only good end, also when nobody can be given it."""
    out = _output(argv)
    try:
        out.result(stop_document(report), tables.stop(report, out.width))
    except OutputLost as lost:
        out.say(f"{report.host}:{report.port}: {report.verdict.value} {report.why}".rstrip() + f"; {lost}")
    return Exit.DONE if report.proved else Exit.NOT_PROVED


def finish_all(runs: Sequence[tuple[bytes, int]], argv: Sequence[str]) -> Exit:
    """Print what several stops printed, the worst on top and all of them in `endpoints`; returns the worst end."""
    ends = [(_document(text), _exit(code)) for text, code in runs]
    worst, worst_exit = min(ends, key=lambda end: WORST_FIRST.index(end[1]))
    documents = [document for document, _ in ends]
    out = _output(argv)
    places = "\n".join(f"{one.get('host')}:{one.get('port')}  {one.get('verdict', 'failed')}" for one in documents)
    out.result(stops_document(documents, worst), places)
    return worst_exit


def _exit(code: int) -> Exit:
    """Whatever a run did not end with by itself counts as the worst."""
    return Exit(code) if code in {Exit.DONE, Exit.NO_CONNECTION, Exit.NOT_PROVED} else Exit.INTERNAL


def _document(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_float=Decimal)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    return {
        "ok": False,
        "error": "one of the stops gave no report: run it again by itself",
        "error_code": "INTERNAL_ERROR",
    }


def _output(argv: Sequence[str]) -> Output:
    out = Output(as_json=False)
    out.as_json = "--json" in argv or not is_terminal(out.stdout)
    return out
