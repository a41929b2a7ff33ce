"""The table of all open orders, and of those that left the list without a told end.

May import textual, not the engine: the façade is read when told to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from tws_console.model.ids import OrderKey
from tws_console.model.notice import Tone
from tws_console.model.order import PROBLEMS, Order, Status
from tws_console.model.position import Quote
from tws_console.tui.facade import DrainedPort, EnginePort, console
from tws_console.tui.views import orders as view
from tws_console.tui.views import titles
from tws_console.tui.views.cells import Row
from tws_console.tui.views.marks import Marks, lost_words
from tws_console.tui.widgets.live_table import LiveTable


class OrdersTable(LiveTable):
    """Orders of all clients in the order of their first appearance, children behind their parents."""

    def __init__(self, *, id: str = "orders") -> None:
        super().__init__(view.COLUMNS, self._row, id=id, follow=self._renamed)
        self._branches: dict[Hashable, str] = {}
        self._by_contract: dict[int, set[OrderKey]] = {}
        self._told_of: dict[OrderKey, tuple[bool, bool]] = {}
        self._marks = Marks(self._renamed)
        self._gone = False
        """Whether a row is shown that goes when its time is over, without a word from the engine."""

    @property
    def _engine(self) -> EnginePort | None:
        return console(self).engine

    @property
    def orders(self) -> Sequence[Order]:
        """The live ones and, each where it stood, those whose end nobody told."""
        engine = self._engine
        if engine is None:
            return ()
        app = console(self)
        live, gone = engine.book.live(), app.gone.shown(engine.book.ended, app.monotonic())
        return sorted([*live, *gone], key=_age_order) if gone else live

    @property
    def order(self) -> Order | None:
        """The order under the cursor as it is now; None on an empty table and on a row that has ended."""
        key = self.cursor
        return self._order_of(key) if isinstance(key, OrderKey) else None

    # marks

    @property
    def marked(self) -> tuple[Order, ...]:
        """The marked orders as they are now, in the order of the table. While rows hold still, one that has got its
        permId stands there under its former name.
        """
        if not self._marks.keys:
            return ()
        places = {self._renamed(key) or key: place for place, key in enumerate(self.window.keys)}
        keys = sorted(self._marks.keys, key=lambda key: places.get(key, len(places)))
        found = (self._order_of(key) for key in keys if isinstance(key, OrderKey))
        return tuple(order for order in found if order is not None)

    @property
    def unseen(self) -> frozenset[Hashable]:
        """The marked rows that are not on the screen now."""
        return self._marks.keys - {self._renamed(key) or key for key in self.window.visible}

    def toggle_mark(self) -> None:
        """Mark the order under the cursor, or take its mark away; a row that has ended cannot be marked."""
        order = self.order
        if order is not None and order.live:
            self._marks.toggle(order.key)
            self._show_marks()

    def mark_all(self) -> None:
        """Mark every order that the table shows; rows that are held back have not been seen."""
        found = (self._order_of(key) for key in self.window.keys if isinstance(key, OrderKey))
        self._marks.add(order.key for order in found if order is not None and order.live)
        self._show_marks()

    def clear_marks(self) -> None:
        self._marks.clear()
        self._show_marks()

    def _show_marks(self) -> None:
        self.set_marked(self._marks.keys)
        self._head()

    def _lose_marks(self, orders: Sequence[Order]) -> None:
        """Marks of orders that have ended go, and it is said of which."""
        lost = self._marks.keep(order.key for order in orders if order.live)
        self.set_marked(self._marks.keys)
        engine = self._engine
        if lost and engine is not None:
            ended = [order for key in lost if isinstance(key, OrderKey) and (order := self._order_of(key))]
            engine.notices.add(Tone.INFO, lost_words(ended, len(lost), len(self._marks.keys)))

    # rows

    def reload(self) -> None:
        """All rows anew, as after a page was turned to."""
        self._membership()
        self.touch(self.window.visible)

    def apply(self, drained: DrainedPort) -> None:
        """Only what changed: rows of orders that did, and distances of orders whose quote did."""
        if drained.orders:
            if any(self._differs(key) for key in drained.orders):
                self._membership()
            self.touch(drained.orders, flash=True)
        if drained.quotes:
            self.touch({key for con_id in drained.quotes for key in self._by_contract.get(con_id, ())})
        if drained.session:
            self._head()

    def second(self) -> None:
        """Ages go on, also that of the list where it is told."""
        if self._gone:
            self._membership()
        self.touch(self.window.visible)
        if not self.window.keys or console(self).session.lost_at is not None:
            self._head()

    def problem_keys(self) -> list[Hashable]:
        """Rows that need a look, in the order of the table."""
        wanted = {order.key for order in self.orders if order.status in PROBLEMS}
        return [key for key in self.window.keys if key in wanted]

    def _differs(self, key: OrderKey) -> bool:
        """True when this order came, went, got another key, or turned into or out of something to look at.

        Only then are rows and title worked out again: with thousands of orders most changes are none of these.
        """
        engine = self._engine
        order = engine.book.get(key) if engine is not None else None
        if order is None or order.key != key or not order.live:
            return key in self._told_of or (order is not None and order.status is Status.GONE)
        return self._told_of.get(key) != (order.status in PROBLEMS, order.stale)

    def _membership(self) -> None:
        orders = self.orders
        self._gone = any(not order.live for order in orders)
        self._told_of = {order.key: (order.status in PROBLEMS, order.stale) for order in orders}
        placed = view.bracket_order(orders)
        branches: dict[Hashable, str] = dict(placed)
        moved = [key for key, branch in branches.items() if self._branches.get(key, "") != branch]
        self._branches = branches
        self._by_contract = {}
        for order in orders:
            self._by_contract.setdefault(order.instrument.con_id, set()).add(order.key)
        self.set_hidden({"account"} if len(console(self).session.accounts) == 1 else ())
        self.set_rows([key for key, _ in placed])
        self.touch(moved)
        self._lose_marks(orders)
        self._head()

    def _head(self) -> None:
        app = console(self)
        self.set_title(titles.order_title(self.orders, app.session, app.monotonic(), len(self._marks.keys)))
        self.set_empty(titles.no_orders(app.session, app.monotonic()))

    def _row(self, key: Hashable) -> Row | None:
        engine = self._engine
        if engine is None or not isinstance(key, OrderKey):
            return None
        order = self._order_of(key)
        if order is None:
            return None
        context = view.OrderContext(self._quote, console(self).now(), self._branches.get(key, ""))
        return view.row(order, context)

    def _order_of(self, key: OrderKey) -> Order | None:
        engine = self._engine
        if engine is None:
            return None
        return engine.book.get(key) or next((order for order in engine.book.ended if order.key == key), None)

    def _quote(self, con_id: int) -> Quote | None:
        """The quote of an instrument; none while the link is down, because an old one would give a wrong distance."""
        engine, state = self._engine, console(self).session
        return engine.quotes.get(con_id) if engine is not None and state.lost_at is None else None

    def _renamed(self, key: Hashable) -> Hashable | None:
        engine = self._engine
        order = engine.book.get(key) if engine is not None and isinstance(key, OrderKey) else None
        return None if order is None else order.key


def _age_order(order: Order) -> tuple[float, OrderKey]:
    """As the book sorts the live ones."""
    return (order.first_seen.timestamp() if order.first_seen else 0.0, order.key)
