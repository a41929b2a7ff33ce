"""Which orders to cancel: of this symbol, this client, this account, or a side. May import textual; not the engine.

It cancels each by its permId and freezes nothing; those entered by hand in TWS are named, as only TWS or a stop of
everything can end them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.model.order_scope import OrderScope
from tws_console.tui.modals.dialog import Dialog, no_button
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import Frame, key, line, strong, value, wrap


def choices(order: Order) -> list[tuple[str, OrderScope]]:
    """What the order under the cursor shares with others, each with its words."""
    found = [(f"symbol {clean(order.instrument.symbol)}", OrderScope(symbol=order.instrument.symbol))]
    if order.client_id is not None and order.owner is not Owner.MANUAL:
        found.append((f"client {order.client_id}", OrderScope(client_id=order.client_id)))
    if order.account:
        found.append((f"account {clean(order.account)}", OrderScope(account=order.account)))
    return [*found, ("buys", OrderScope(side="BUY")), ("sells", OrderScope(side="SELL"))]


class ScopeModal(Dialog[OrderScope | None]):
    """The chosen scope, or None. `orders` are the live ones, as they were at the key press."""

    STOPS_WITH_A_STOP = True

    def __init__(self, order: Order, orders: Sequence[Order]) -> None:
        super().__init__(no=None)
        self._choices = choices(order)
        self._orders = [one for one in orders if one.status is not Status.STAGED]
        self._chosen = 0
        self._said_yes = False

    def heading(self) -> Spans:
        return (strong("Cancel which orders?"),)

    def rows(self) -> list[Spans | None]:
        rows: list[Spans | None] = [()]
        for number, (words, scope) in enumerate(self._choices):
            count = len(self._held(scope))
            mark = Span("▌ ", "accent", True) if number == self._chosen else Span("  ")
            orders = "1 order" if count == 1 else f"{count} orders"
            rows.append((mark, value(f"{words:<24}"), *line(orders)))
        held = self._held(self._choices[self._chosen][1])
        rows += [(), *[line(text) for text in wrap(_named(held), self.inner_width)][:3]]
        owners = sorted({one.client_id for one in held if one.owner is Owner.FOREIGN and one.client_id is not None})
        if owners:
            names = " ".join(f"c{client_id}" for client_id in owners[:8])
            words = f"Connects for a moment as the client of others' orders: {names}."
            rows += [(Span(text, "warn"),) for text in wrap(words, self.inner_width)]
        by_hand = sum(one.owner is Owner.MANUAL for one in held)
        if by_hand:
            are = "1 is" if by_hand == 1 else f"{by_hand} are"
            rows.append((Span(f"{are} by hand in TWS: not cancelled by this, there or by ^G.", "warn"),))
        words = "Each by its permId; can still fill until then. Entry is not frozen."
        rows += [line(text) for text in wrap(words, self.inner_width)]
        return [*rows, (), None, self._answers()]

    @property
    def _twice(self) -> bool:
        """Whether `y` alone is too easy: it is real money, or orders of others."""
        held = self._held(self._choices[self._chosen][1])
        return self.frame is Frame.LIVE or any(one.owner is Owner.FOREIGN for one in held)

    def _answers(self) -> Spans:
        if self._said_yes:
            enter = Span(" ENTER ", "accent_ink", True, "accent")
            return (enter, value(" cancel them"), *line("      any other key: no"))
        then = (*line(" then "), key("enter")) if self._twice else ()
        return (*no_button(), Span("      "), key("y"), *then, value(" cancel them"))

    def keys(self) -> Spans:
        return (
            *(
                key("up dn"),
                *line(" choose  "),
                key("y"),
                *line(" then enter cancels  " if self._twice else " cancel them  "),
            ),
            *(key("enter esc"), *line(" no  "), key("^G"), *line(" stop all")),
        )

    def answer(self, name: str, character: str | None) -> None:
        if self._said_yes:
            self.close(self._choices[self._chosen][1] if name == "enter" else None)
        elif name in {"enter", "escape", "n"}:
            self.close(None)
        elif name in {"up", "down", "k", "j"}:
            step = -1 if name in {"up", "k"} else 1
            self._chosen = (self._chosen + step) % len(self._choices)
            self.draw()
        elif name == "y" and self._twice:
            self._said_yes = True
            self.draw()
        elif name == "y":
            self.close(self._choices[self._chosen][1])

    def _held(self, scope: OrderScope) -> list[Order]:
        return [one for one in self._orders if scope.holds(one)]


def _named(orders: Sequence[Order]) -> str:
    """`BUY 100 AAPL c7, SELL 2 ES own` and how many more."""
    names = []
    for one in orders[:6]:
        owner = one.owner.value if one.owner is not Owner.FOREIGN else f"c{one.client_id}"
        left = "?" if one.remaining is None else f"{one.remaining:,f}"
        names.append(f"{clean(one.action)} {left} {clean(one.instrument.name)} {owner}")
    more = f" and {len(orders) - 6} more" if len(orders) > 6 else ""
    return ", ".join(names) + more if names else "No live order."
