"""Cancel this order? For orders of others it says who can cancel them instead. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.rules.capability import CANCEL, GLOBAL_CANCEL, Capability
from tws_console.rules.risk import Friction
from tws_console.rules.takeover import also_end
from tws_console.tui.modals.agreement import Question
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import account_short, clean
from tws_console.tui.views.pieces import Frame, key, line, strong, value, wrap


def order_line(order: Order, *, full: bool) -> Spans:
    """`BUY 250,000 EUR.USD  limit 1.08345  GTC  #884120377  DU…4321`; the account is told in full about real money."""
    tone = "up" if order.action == "BUY" else "down"
    quantity = "?" if order.remaining is None else f"{order.remaining:,f}"
    parts: list[Span] = [Span(f"{clean(order.action)} {quantity} {clean(order.instrument.name)}", tone, True)]
    if order.order_type == "MKT":
        parts += line("  market")
    if order.aux_price is not None:
        parts += line("  stop ", strong(f"{order.aux_price:f}"))
    if order.limit_price is not None:
        parts += line("  limit ", strong(f"{order.limit_price:f}"))
    account = clean(order.account) if full else account_short(order.account)
    parts += line(f"  {clean(order.tif)}  {order.key}  {account}")
    return tuple(parts)


def owner_line(order: Order) -> Spans:
    """`Owner client 12, order 41`."""
    if order.owner is Owner.MANUAL:
        return line("Owner ", Span("entered by hand in TWS", "foreign"))
    tone = "text" if order.owner is Owner.OWN else "foreign"
    whose = "own, client" if order.owner is Owner.OWN else "client"
    client = "?" if order.client_id is None else str(order.client_id)
    number = "?" if order.order_id is None else str(order.order_id)
    return line("Owner ", Span(f"{whose} {client}", tone), f", order {number}")


class CancelModal(Question[bool]):
    """True cancels. `order` is the row as it was at the key press; the caller sends that very value.

    `others` are the other live orders, named because a global cancel would end them too.
    """

    VERB = "cancel it"

    def __init__(self, order: Order, capability: Capability, others: Sequence[Order] = ()) -> None:
        super().__init__(no=False)
        self.order = order
        self._capability = capability
        self._others = [o for o in others if o.key != order.key and o.status is not Status.STAGED]
        self._can = CANCEL in capability.can

    def heading(self) -> Spans:
        return (strong("Cancel this order?" if self._can else "This order cannot be cancelled here"),)

    def rows(self) -> list[Spans | None]:
        rows: list[Spans | None] = [(), order_line(self.order, full=self.frame is Frame.LIVE)]
        if self._can:
            rows += [
                owner_line(self.order),
                (),
                line("Can still fill   ", value("until the cancel is confirmed")),
                *self._with_it(),
            ]
            return [*rows, (), None, *self.answers()]
        rows.append(owner_line(self.order))
        rows += [(Span(text, "warn"),) for text in wrap(clean(self._capability.why), self.inner_width)]
        if GLOBAL_CANCEL in self._capability.can:
            rows += [(), *self._global_cancel()]
        elif self.order.status is Status.STAGED:
            rows += [(), line("It is not at the market. ", key("^G"), " does not touch it; it ends when TWS restarts.")]
        return [*rows, (), None, *self.answers()]

    @property
    def level(self) -> Friction:
        return Friction.YES if self._can else Friction.REFUSED

    def yes(self) -> None:
        self.close(True)

    def _with_it(self) -> list[Spans]:
        """What ends because this one does: the children of a bracket, the rest of a one-cancels-all group."""
        ended = also_end((self.order,), self._others)
        group = [one for one in ended if one.oca_group and one.oca_group == self.order.oca_group]
        children = len(ended) - len(group)
        rows: list[Spans] = []
        if children:
            words = "1 child order goes" if children == 1 else f"{children} child orders go"
            rows.append(line("Bracket          ", value(f"{words} with it")))
        if group:
            words = "1 order of its OCA group goes" if len(group) == 1 else f"{len(group)} of its OCA group go"
            rows.append(line("One cancels all  ", value(f"{words} with it")))
        return rows

    def _global_cancel(self) -> list[Spans]:
        if not self._others:
            return [line(key("^G"), " cancels it: it is the only open order.")]
        symbols = sorted({clean(other.instrument.symbol) for other in self._others})
        names = " ".join(symbols[:8]) + (f" +{len(symbols) - 8}" if len(symbols) > 8 else "")
        count = "1 other" if len(self._others) == 1 else f"{len(self._others)} others"
        return [line(key("^G"), " cancels it, and ", value(count), f" with it: {names}")]
