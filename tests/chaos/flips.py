"""Watches every flatten from its key to its last fill: what it places can never turn the position around.

Two checks. When the closing order reaches the simulator, it and all that could fill beside it come to no more than is
held; and when it fills, the position is not carried through zero. Only what others did since the key is allowed for,
because nobody could have counted on it.
"""

from __future__ import annotations

from collections import defaultdict
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tws_console.engine.flatten import FlattenResult
from tws_console.engine.ports import Placement
from tws_console.engine.results import PlaceResult
from tws_console.model.instrument import Instrument
from tws_console.model.intent import Intent
from tws_console.rules.closing import Baseline, closing_action
from tws_console.simulator import orders as simulated

if TYPE_CHECKING:
    from tests.chaos.world import World

_ZERO = Decimal(0)


@dataclass(slots=True)
class Flattening:
    """One position that is being closed. Others may turn it around meanwhile, so each side is counted for itself."""

    account: str
    con_id: int
    held: Decimal
    """Signed, when the key was pressed."""
    sizes: dict[int, Decimal]
    """Quantity of every order of that moment, by permId."""
    taken: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """Units filled since then, by side, of orders that the closing order could not have been counted against."""
    counted: dict[int, Decimal] = field(default_factory=dict)
    """What our own orders that were there before the closing order may still fill, by permId."""
    arrived: bool = False
    """Its closing order has reached TWS."""
    running: bool = True

    def concerns(self, order: simulated.Order) -> bool:
        """Whether its fills move this position."""
        return (order.contract.con_id, order.terms.account) == (self.con_id, self.account)


class Flips:
    """Hooks into the engine's doors and the simulator's fills. `ours` is the client id of the engine."""

    def __init__(self, world: World, ours: int) -> None:
        self._world = world
        self._ours = ours
        self._flattenings: list[Flattening] = []
        self._by_intent: dict[str, Flattening] = {}
        self._closing: ContextVar[Flattening | None] = ContextVar("closing", default=None)
        engine = world.engine
        self._close, self._place, self._intent = engine.flatten.close, engine.trading.place, engine.trading.intent
        engine.flatten.close = self._saw_close  # type: ignore[method-assign]
        engine.trading.place = self._saw_place  # type: ignore[method-assign]
        engine.trading.intent = self._saw_intent  # type: ignore[method-assign]
        filling = world.server.exchange.lifecycle.filling
        self._book_fill = filling.book
        filling.book = self._saw_fill  # type: ignore[method-assign]

    def closes(self, reference: str) -> bool:
        """Whether an order with this reference is the closing order of a flatten."""
        return reference in self._by_intent

    def cancels(self, order: simulated.Order) -> bool:
        """Whether a flatten that runs may cancel this order first."""
        return any(
            one.running and one.concerns(order) and order.terms.action in self._sides(one) for one in self._flattenings
        )

    def _sides(self, one: Flattening) -> set[str]:
        """The sides that close it: as it was, and as it is when others have turned it around."""
        return {closing_action(one.held), closing_action(self._world.held(one.account, one.con_id))}

    def cancels_unanswered(self, order_id: int) -> bool:
        """The same for one of ours that TWS never got: nobody but the engine knows what it was."""
        rows = self._world.engine.book.by_alias(self._ours, order_id)
        named = {(row.account, row.instrument.con_id) for row in rows if row.perm_id is None}
        return any(one.running and (one.account, one.con_id) in named for one in self._flattenings)

    # ---- the engine's doors

    async def _saw_close(self, account: str, instrument: Instrument, *args: Any, **named: Any) -> FlattenResult:
        world = self._world
        held = world.held(account, instrument.con_id)
        sizes = {perm_id: order.terms.quantity for perm_id, order in world.live().items()}
        one = Flattening(account, instrument.con_id, held, sizes)
        self._flattenings.append(one)
        token = self._closing.set(one)
        world.note(f"flatten {held} {instrument.name} of {account}")
        try:
            result = await self._close(account, instrument, *args, **named)
        finally:
            one.running = False
            self._closing.reset(token)
        if result.placed is not None:
            world.places.append(result.placed)
        world.note(f"flatten of {instrument.name}: {result.outcome.value}, {result.reason}")
        world.done[f"flatten-{result.outcome.value}"] += 1
        return result

    async def _saw_place(self, *args: Any, closing: Baseline | None = None, **named: Any) -> PlaceResult:
        if closing is not None and self._closing.get() is None:
            self._world.wrong("a closing order left without a flatten")
        return await self._place(*args, closing=closing, **named)

    def _saw_intent(self, placement: Placement, client_id: int) -> Intent:
        one = self._closing.get()
        if one is not None:
            self._by_intent[placement.intent] = one
        return self._intent(placement, client_id)

    # ---- the simulator's truth

    def arrives(self, placement: simulated.Placement) -> None:
        """A placement of ours reaches TWS: when it closes, it may only close."""
        world = self._world
        one = self._by_intent.get(placement.terms.order_ref)
        if one is None or world.lied:
            return
        one.arrived, beside, action = True, _ZERO, placement.terms.action
        for perm_id, order in world.live().items():
            if not one.concerns(order) or order.terms.action != action or world.is_twin(order):
                continue
            own = order.client_id == self._ours
            if own:
                one.counted[perm_id] = order.remaining
            if own or perm_id in one.sizes:
                size = order.terms.quantity if own else min(order.terms.quantity, one.sizes[perm_id])
                beside += max(_ZERO, size - order.filled)
        quantity, held, taken = placement.terms.quantity, world.held(one.account, one.con_id), one.taken[action]
        world.done["closing-order"] += 1
        if quantity + beside + held * placement.terms.sign > taken:
            world.wrong(f"flatten of {held} {action}s {quantity} beside {beside} that could close too, {taken} taken")

    def _saw_fill(self, order: simulated.Order, quantity: Decimal, price: Decimal) -> list[simulated.Execution]:
        rows = self._book_fill(order, quantity, price)
        closed = self._by_intent.get(order.terms.order_ref)
        twin = self._world.is_twin(order)
        for one in self._flattenings:
            if one.concerns(order) and (twin or one is not closed):
                one.taken[order.terms.action] += self._not_counted(one, order, quantity)
        if closed is not None and not self._world.lied and not twin:
            held = self._world.held(closed.account, closed.con_id)
            if held * order.terms.sign > closed.taken[order.terms.action]:
                self._world.wrong(f"flatten turned {closed.held} of {closed.con_id} into {held}")
        return rows

    def _not_counted(self, one: Flattening, order: simulated.Order, quantity: Decimal) -> Decimal:
        if order.client_id != self._ours or self._world.is_twin(order):
            return quantity
        if order.perm_id in one.counted:
            left = one.counted[order.perm_id]
            one.counted[order.perm_id] = max(_ZERO, left - quantity)
            return max(_ZERO, quantity - left)
        # Whatever of ours came before the closing order is counted by it; what comes later is the user's own wish.
        return quantity if one.arrived else _ZERO
