"""How the emergency stop of the command line ends: its report on stdout, its verdict as the exit code."""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.cli import tables
from tws_console.cli.output import Output, is_terminal
from tws_console.cli.stop_document import stop_document
from tws_console.model.problems import Exit
from tws_console.model.stop import StopReport


def finish(report: StopReport, argv: Sequence[str]) -> Exit:
    """Print the report as a table or a document; proved is the only good end."""
    out = Output(as_json=False)
    out.as_json = "--json" in argv or not is_terminal(out.stdout)
    out.result(stop_document(report), tables.stop(report, out.width))
    return Exit.DONE if report.proved else Exit.NOT_PROVED
