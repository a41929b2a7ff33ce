"""Which orders to cancel: the marked ones, or those of this symbol, this client, this account, or a side.

It cancels each by its permId and freezes nothing; those entered by hand in TWS are named, as only TWS or a stop of
everything can end them. May import textual; not the engine.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.model.order_scope import OrderScope
from tws_console.rules.risk import Friction
from tws_console.rules.takeover import also_end
from tws_console.tui.modals.agreement import Question
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.orders import describe, owner_text
from tws_console.tui.views.pieces import Frame, key, line, strong, value, wrap

Choice = tuple[str, OrderScope]
_AROUND = 10
"""Rows of the screen that are neither choices, orders nor warnings: status, keys, frame, gaps, answers."""
_LEAST = 8
"""The same without gaps, and with two orders."""
_DONE = "Each by its permId; can still fill until then. Entry is not frozen."


def choices(order: Order) -> list[Choice]:
    """What the order under the cursor shares with others, each with its words."""
    found = [(f"symbol {clean(order.instrument.symbol)}", OrderScope(symbol=order.instrument.symbol))]
    if order.client_id is not None and order.owner is not Owner.MANUAL:
        found.append((f"client {order.client_id}", OrderScope(client_id=order.client_id)))
    if order.account:
        found.append((f"account {clean(order.account)}", OrderScope(account=order.account)))
    return [*found, ("buys", OrderScope(side="BUY")), ("sells", OrderScope(side="SELL"))]


def marked_choice(orders: Sequence[Order]) -> Choice:
    """Exactly these orders."""
    words = "the marked order" if len(orders) == 1 else f"the {len(orders)} marked orders"
    return words, OrderScope(keys=frozenset(order.key for order in orders))


class ScopeModal(Question[OrderScope | None]):
    """The chosen scope, or None. `orders` are the live ones as they were at the key press, `unseen` the marked ones
    among them that were not on the screen then.
    """

    VERB = "cancel them"

    def __init__(self, offered: Sequence[Choice], orders: Sequence[Order], unseen: Collection[Hashable] = ()) -> None:
        super().__init__(no=None)
        self._choices = tuple(offered)
        self._orders = tuple(orders)
        self._unseen = unseen
        self._chosen = 0
        self._first = 0

    # What it shows

    def heading(self) -> Spans:
        question = "Cancel which orders?" if len(self._choices) > 1 else f"Cancel {self._choices[0][0]}?"
        return (strong(question),)

    def rows(self) -> list[Spans | None]:
        choices = self._choice_rows() if len(self._choices) > 1 else []
        warnings = self._warnings()
        # On the smallest screen the last words yield to the answers.
        over = _LEAST + len(choices) + len(warnings) - self.app.size.height
        warnings = warnings[: len(warnings) - max(0, over)]
        room = self.app.size.height - _AROUND - len(choices) - len(warnings)
        head: list[Spans | None] = [(), *choices, ()] if choices else [()]
        return [*head, *self._order_rows(max(2, room)), (), *warnings, (), None, *self.answers()]

    def _choice_rows(self) -> list[Spans]:
        rows: list[Spans] = []
        for number, (words, scope) in enumerate(self._choices):
            count = len(self._held(scope))
            mark = Span("▌ ", "accent", True) if number == self._chosen else Span("  ")
            rows.append((mark, value(f"{words:<24}"), *line("1 order" if count == 1 else f"{count} orders")))
        return rows

    def _order_rows(self, room: int) -> list[Spans]:
        """The orders of the chosen scope, one a row; with too many of them the last row says where it is."""
        held = self._held(self._scope)
        if not held:
            return [line("No live order.")]
        if len(held) <= room:
            return self._table(held)
        self._first = max(0, min(self._first, len(held) - room + 1))
        last = self._first + room - 1
        place = line(f"{self._first + 1}-{last} of {len(held)}   ", key("pgup pgdn"), " moves")
        return [*self._table(held[self._first : last]), place]

    def _table(self, orders: Sequence[Order]) -> list[Spans]:
        """What each is, whose, its number, and whether it stays or was not seen; of the words the name yields."""
        notes = [self._note(order) for order in orders]
        owners = max(len(owner_text(order)) for order in orders)
        numbers = max(len(str(order.key)) for order in orders)
        room = self.inner_width - owners - numbers - max(map(len, notes)) - 6
        words = [describe(order, room) for order in orders]
        longest = max(map(len, words))
        return [
            (
                value(f"{text:<{longest}}  "),
                Span(f"{owner_text(order):<{owners}}  ", "text" if order.owner is Owner.OWN else "foreign"),
                *line(f"{order.key!s:<{numbers}}  "),
                Span(note, "warn"),
            )
            for text, order, note in zip(words, orders, notes, strict=True)
        ]

    def _note(self, order: Order) -> str:
        if order.status is Status.STAGED:
            return "staged: stays"
        if _by_hand(order):
            return "by hand: stays"
        return "not in view" if self._scope.keys and order.key in self._unseen else ""

    def _warnings(self) -> list[Spans]:
        held = self._held(self._scope)
        owners = sorted({one.client_id for one in held if one.owner is Owner.FOREIGN and one.client_id is not None})
        said: list[str] = []
        if owners:
            names = " ".join(f"c{client_id}" for client_id in owners[:8])
            said.append(f"Connects for a moment as the client of others' orders: {names}.")
        if more := len(also_end(self._ending(), self._orders)):
            said.append(f"{'1 more order ends' if more == 1 else f'{more} more orders end'} with them: bracket or OCA.")
        by_hand = sum(_by_hand(one) for one in held)
        if by_hand:
            are = "1 is" if by_hand == 1 else f"{by_hand} are"
            said.append(f"{are} by hand in TWS: not cancelled by this, there or by ^G.")
        rows: list[Spans] = [(Span(text, "warn"),) for words in said for text in wrap(words, self.inner_width)]
        return [*rows, *[line(text) for text in wrap(_DONE, self.inner_width)]]

    def more_keys(self) -> Spans:
        return (key("up dn"), *line(" choose  ")) if len(self._choices) > 1 else ()

    # What it takes

    @property
    def level(self) -> Friction:
        """`y` alone is too easy for real money, and for orders of others; where nothing can end there is no yes."""
        ends = self._ending()
        if not ends:
            return Friction.REFUSED
        others = any(one.owner is Owner.FOREIGN for one in ends)
        return Friction.YES_ENTER if others or self.frame is Frame.LIVE else Friction.YES

    def yes(self) -> None:
        self.close(self._scope)

    def other(self, name: str, character: str | None) -> None:
        if name in {"up", "down", "k", "j"}:
            self._chosen = (self._chosen + (-1 if name in {"up", "k"} else 1)) % len(self._choices)
            self._first = 0
            self.agreement.start_over()
        elif name in {"pageup", "pagedown"}:
            self._first += -5 if name == "pageup" else 5
        else:
            return
        self.draw()

    @property
    def _scope(self) -> OrderScope:
        return self._choices[self._chosen][1]

    def _ending(self) -> list[Order]:
        """The orders of the chosen scope that a cancel can end."""
        return [one for one in self._held(self._scope) if one.status is not Status.STAGED and not _by_hand(one)]

    def _held(self, scope: OrderScope) -> list[Order]:
        """The orders of a scope; staged ones are named only where they were marked."""
        return [one for one in self._orders if scope.holds(one) and (scope.keys or one.status is not Status.STAGED)]


def _by_hand(order: Order) -> bool:
    return order.owner is Owner.MANUAL
