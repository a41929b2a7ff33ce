"""The terms of a live order while they are changed: which fields, what is wrong, what is wished. Pure.

Imports model, rules and the ticket's form only: fields take the same keys as those of a ticket.
"""

from __future__ import annotations

from tws_console.model.order import Order
from tws_console.model.ticket import OrderRequest
from tws_console.rules.amend import Wish, changes, request_after
from tws_console.tui import draft as drafts
from tws_console.tui.draft import number
from tws_console.tui.form import Effect, TicketForm

NOTHING = "Nothing is changed yet."


class AmendForm(TicketForm):
    """One order as it was at the key press; only what is changed is checked and wished for."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.said = ""
        """What the last enter found, when it found no field to blame."""
        super().__init__(drafts.of_order(order))

    @property
    def fields(self) -> tuple[str, ...]:
        order = self.order
        has = {"limit": order.limit_price is not None, "stop": order.aux_price is not None}
        return tuple(name for name in ("quantity", "limit", "stop", "tif") if has.get(name, True))

    def changed(self, name: str) -> bool:
        """Whether a field holds something else than the order has."""
        return self.draft.text(name).strip() != self.start.text(name)

    def errors(self) -> dict[str, str]:
        found = {name: text for name, text in super().errors().items() if name in self.fields and self.changed(name)}
        return found or self._of_the_order()

    def _of_the_order(self) -> dict[str, str]:
        """Rules that only a change has: more than is filled, from DAY to IOC only."""
        wish = self.wish
        after = request_after(self.order, wish) if changes(self.order, wish) else ()
        told = {} if isinstance(after, OrderRequest) else drafts.by_field(after)
        return {name: text for name, text in told.items() if name in self.fields and self.changed(name)}

    @property
    def wish(self) -> Wish:
        """The terms that differ; a field without a number wishes for nothing, and is an error."""

        def term(name: str) -> str:
            return self.draft.text(name).strip() if name in self.fields and self.changed(name) else ""

        quantity, limit, stop = (number(name, term(name)) for name in ("quantity", "limit", "stop"))
        return Wish(quantity, limit, stop, term("tif") or None)

    def key(self, name: str, character: str | None) -> Effect:
        """As in a ticket, but the side stays; enter finds out whether there is a change without an error."""
        self.said = ""
        if name == "f2":
            return Effect.NONE
        effect = super().key(name, character)
        if effect is not Effect.REVIEW:
            return effect
        if self.errors():
            self.go_to_error()
            return Effect.CHANGED
        if not changes(self.order, self.wish):
            self.said = NOTHING
            return Effect.CHANGED
        return effect
