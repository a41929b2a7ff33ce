"""The table of positions, flat or grouped by account.

May import textual; not the engine: it reads the façade when told to.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from tws_console.model.order import Order
from tws_console.model.position import Position
from tws_console.model.session import Phase
from tws_console.rules import pnl
from tws_console.tui.facade import DrainedPort, EnginePort, console
from tws_console.tui.views import formats, titles
from tws_console.tui.views import positions as view
from tws_console.tui.views.cells import Row, cell
from tws_console.tui.widgets.live_table import LiveTable


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """The key of the line above the positions of one account."""

    account: str


class PositionsTable(LiveTable):
    """Positions by account, in the session's order of accounts. `grouped` puts a line with sums above each account."""

    def __init__(self, *, grouped: bool = False, id: str = "positions") -> None:
        super().__init__(view.COLUMNS, self._row, id=id)
        self._grouped = grouped
        self._by_contract: dict[int, set[Hashable]] = {}
        self._orders: dict[int, list[Order]] = {}

    @property
    def _engine(self) -> EnginePort | None:
        return console(self).engine

    @property
    def positions(self) -> list[Position]:
        engine = self._engine
        return [] if engine is None else list(engine.portfolio.positions.values())

    @property
    def position(self) -> Position | None:
        """The position under the cursor; None on a line of sums."""
        engine, key = self._engine, self.cursor
        if engine is None or not isinstance(key, tuple):
            return None
        return engine.portfolio.positions.get(key)

    def reload(self) -> None:
        """All rows anew."""
        self._sort_orders()
        self._membership()
        self.touch(self.window.visible)

    def apply(self, drained: DrainedPort) -> None:
        """Rows of positions that changed and of those whose quote did."""
        if drained.positions or drained.session:
            self._membership()
            self.touch(drained.positions, flash=True)
            self.touch(key for key in self.window.visible if isinstance(key, AccountGroup))
        if drained.quotes:
            self.touch({key for con_id in drained.quotes for key in self._by_contract.get(con_id, ())})
        if drained.account:
            self.touch(self.window.visible)

    def second(self) -> None:
        """Ages go on, and what covers a position is looked up again: not for each of thousands of order changes."""
        self._sort_orders()
        self.touch(self.window.visible)

    def cover(self, held: Position) -> str:
        """How far open orders would close it: `none`, `part`, `full` or `-`."""
        return pnl.cover(held, self._orders.get(held.instrument.con_id, ()))

    def _sort_orders(self) -> None:
        engine = self._engine
        self._orders = {}
        for order in engine.book.live() if engine is not None else ():
            self._orders.setdefault(order.instrument.con_id, []).append(order)

    def _membership(self) -> None:
        state = console(self).session
        positions = self.positions
        keys: list[Hashable] = []
        groups = self._grouped and len({held.account for held in positions}) > 1
        account = None
        for key in view.in_order(positions, state.accounts):
            if groups and key[0] != account:
                account = key[0]
                keys.append(AccountGroup(account))
            keys.append(key)
        self._by_contract = {}
        for held in positions:
            self._by_contract.setdefault(held.instrument.con_id, set()).add(view.key_of(held))
        self.set_hidden({"account"} if len(state.accounts) == 1 else ())
        fresh = not self.window.keys
        self.set_rows(keys)
        if fresh and groups:
            # The first thing under the cursor is a position, not a line of sums that nothing can be done to.
            self.go_to(keys[1])
            self.window.top = 0
        self._head(positions, groups)

    def _head(self, positions: list[Position], groups: bool) -> None:
        state = console(self).session
        context = self._scene()
        old = 0 if context is None else sum(view.is_old(held, context) for held in positions)
        title = titles.position_title(positions, state, old, grouped=groups)
        engine = self._engine
        self.set_title(title)
        self.set_empty(titles.no_positions(engine is not None and engine.portfolio.loaded, state))

    def _scene(self) -> view.PositionContext | None:
        engine, app = self._engine, console(self)
        if engine is None:
            return None
        total = engine.accounts.total()
        link_up = app.session.phase is Phase.UP and app.session.lost_at is None
        return view.PositionContext(
            engine.quotes.get, app.monotonic(), self.cover, total.net_liquidation, total.currency, link_up
        )

    def _row(self, key: Hashable) -> Row | None:
        engine, context = self._engine, self._scene()
        if engine is None or context is None:
            return None
        if isinstance(key, AccountGroup):
            return self._sums(key)
        held = engine.portfolio.positions.get(key) if isinstance(key, tuple) else None
        return None if held is None else view.row(held, context)

    def _sums(self, group: AccountGroup) -> Row:
        """One account's sums; unknown as soon as one of its parts is."""
        held = [position for position in self.positions if position.account == group.account]
        sums = pnl.totals(held)
        figures = {"day": sums.daily, "unreal": sums.unrealized, "realized": sums.realized}
        cells = {name: cell(formats.pnl(value), formats.pnl_tone(value), bold=True) for name, value in figures.items()}
        return Row(group, {"symbol": cell(f"▾ {formats.account_short(group.account)}", "strong", bold=True), **cells})
