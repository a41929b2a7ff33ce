"""The page of a running or finished stop. Leaving it stops nothing. May import textual; not the engine."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tws_console.model.ids import OrderKey
from tws_console.model.stop import StopReport
from tws_console.tui.bindings import Where, of
from tws_console.tui.bound import bind
from tws_console.tui.facade import DrainedPort, console
from tws_console.tui.screens.page import Page
from tws_console.tui.views import proof, verdict
from tws_console.tui.views.cells import Span
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.rows_table import RowsTable
from tws_console.tui.widgets.status_bar import StatusBar

AROUND = 8
"""Rows of the screen that the foot leaves free: status, keys, title and headings, and four orders at least."""


def _bindings() -> list[BindingType]:
    """Its own keys, and the keys of all pages that they leave free."""
    own = [Binding(",".join(a.keys), a.id.removeprefix("proof."), a.label, show=False) for a in of(Where.PROOF)]
    taken = {key for action in of(Where.PROOF) for key in action.keys}
    return [*own, *bind(*(action for action in of(Where.PAGES) if not taken & set(action.keys)))]


class ProofScreen(Page, inherit_bindings=False):
    """Verdict, one row per order, what to do."""

    NAME = "proof"
    PANES = ("proof",)
    STRIP = False
    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    DEFAULT_CSS = """
    ProofScreen > #verdict { height: auto; width: 100%; }
    ProofScreen > #foot { height: auto; width: 100%; }
    ProofScreen > #footer { height: 1; width: 100%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._started_at = ""
        """When the stop began whose rows are shown."""
        self._copied = False
        self._top: OrderKey | None = None
        """The row that the cursor was put on."""

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status")
        yield Painted(id="verdict")
        yield RowsTable(proof.COLUMNS, id="proof")
        yield Painted(id="foot")
        yield Painted(id="footer", ground="raised")
        yield Painted(id="too-small")

    def compose_body(self) -> ComposeResult:
        yield from ()

    def pane_places(self, pane: Widget | None) -> tuple[Where, ...]:
        return (Where.PROOF,)

    def on_mount(self) -> None:
        super().on_mount()
        self.reload()

    def reload(self) -> None:
        self._take(self._report)
        self.draw_frame()

    def apply(self, drained: DrainedPort) -> None:
        if drained.session:
            self.query_one(StatusBar).draw()
        if drained.stop or drained.positions:
            self.reload()

    def second(self) -> None:
        self.draw_frame()

    def draw_frame(self) -> None:
        if self.has_class("too-small"):
            self._draw_too_small()
            return
        report, width = self._report, self.size.width
        head = self.query_one("#verdict", Painted)
        head.ground = verdict.head_ground(report)
        head.show_lines(verdict.head_lines(report, width))
        self.draw_selection()
        self.draw_footer()

    def draw_selection(self) -> None:
        """What stands below the table: the row under the cursor, what happened besides, what to do."""
        report, width = self._report, self.size.width
        chosen = self.query_one("#proof", RowsTable).cursor
        item = next((one for one in report.orders if one.key == chosen), None) if report is not None else None
        rows = [*verdict.selected_lines(item, width), (Span("─" * width, "line"),)]
        head = len(self.query_one("#verdict", Painted).lines)
        room = self.size.height - head - len(rows) - AROUND
        told = verdict.foot_lines(report, width, self._position_of, max(1, room))
        self.query_one("#foot", Painted).show_lines([*rows, *told])

    def draw_footer(self) -> None:
        keys = verdict.key_line(self._report, self.size.width, copied=self._copied)
        self.query_one("#footer", Painted).show_lines([keys])

    def action_back(self) -> None:
        self.app.switch_mode("trade")

    def action_positions(self) -> None:
        """Once a verdict stands: what the stop did not touch is the next thing to look at."""
        report = self._report
        if report is not None and not verdict.stopping(report):
            self.app.switch_mode("positions")

    def action_copy(self) -> None:
        report = self._report
        if report is not None:
            self.app.copy_to_clipboard(proof.report_text(report))
            self._copied = True
            self.draw_footer()

    def action_reconnect(self) -> None:
        engine = console(self).engine
        if engine is not None:
            engine.retry_now()

    @property
    def _report(self) -> StopReport | None:
        engine = console(self).engine
        return None if engine is None else engine.stop.report

    def _take(self, report: StopReport | None) -> None:
        """Rows by key; those that changed are painted."""
        table = self.query_one("#proof", RowsTable)
        if report is not None and report.started_at != self._started_at:
            # Rows of a former stop under the verdict of this one would say that they are all there is.
            self._started_at, self._copied = report.started_at, False
            table.start_over()
            self._top = None
        items = [] if report is None else proof.ordered(report)
        # Until somebody moves it the cursor stays on the first row: what is told in full is what may still be live.
        follows = self._top is None or table.cursor == self._top
        table.give([proof.proof_row(item) for item in items])
        if items and follows and (table.cursor == items[0].key or table.go_to(items[0].key)):
            self._top = items[0].key
        if report is not None:
            table.set_title(proof.title(report))
            words = "No order is known." if report.scope.everything else "No open order is in this scope."
            table.set_empty(((Span(words, "muted"),),))

    def _position_of(self, key: OrderKey) -> Decimal | None:
        """The holding in the instrument of this order, None when it is not known."""
        engine = console(self).engine
        if engine is None:
            return None
        order = engine.book.get(key)
        if order is None:
            order = next((ended for ended in engine.book.ended if ended.key == key), None)
        if order is None:
            return None
        return engine.trading.position_of(order.account, order.instrument.con_id)
