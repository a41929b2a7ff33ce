"""Owns what follows when simulated time passes or is moved. Imports `gateway`, `clock`, `listings`, `market`.

One seed and a set clock give the same bytes for the same requests, however long the server ran before: prices, listings
and what a scenario tells of the past are those of the moment that was set.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tws_console.simulator import listings
from tws_console.simulator.clock import read_moment
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.market import step_of

_EASTERN = ZoneInfo("US/Eastern")
USAGE = "clock +SECONDS|TIME|real|xFACTOR"


class Timeline:
    """Moves the gateway through time. Made once, when the scenario has been filled in.

    `moved` is called after each request to move the clock: what is due by then goes out before anything that is asked
    afterwards is answered, and not at the next beat of the wall clock.
    """

    def __init__(self, gateway: Gateway, moved: Callable[[], None] = lambda: None) -> None:
        self._gateway, self._moved = gateway, moved
        self._started, self._began_set = gateway.clock.now(), gateway.clock.is_set
        self._past = list(gateway.exchange.book.orders.values())
        self._past_executions = len(gateway.exchange.book.executions)
        self._shift = timedelta(0)
        self._day = self._started.date()
        self._trading_day = _eastern_day(self._started)

    def beat(self) -> None:
        """Let the market catch up with the clock; it stands still while the link to the broker is lost."""
        gateway = self._gateway
        if not gateway.clock.link_up:
            return
        self._list_day()
        self._end_day()
        gateway.market.advance(step_of(gateway.clock.now()) - gateway.market.step)
        gateway.clock.run_due()
        gateway.exchange.match_all()

    def command(self, written: str) -> dict[str, Any]:
        """Carry out a clock request of the control port and tell the time. ValueError says what is wrong."""
        clock = self._gateway.clock
        if written.startswith("+"):
            clock.move(_number(written[1:]))
        elif written == "real":
            self.follow_wall()
        elif written.startswith("x"):
            clock.run(_number(written[1:]))
        elif written:
            self.set(read_moment(written))
        self.beat()
        self._moved()
        return {"clock": clock.now().isoformat(), "mode": clock.mode}

    def set(self, moment: datetime) -> None:
        """Stop the clock at a moment; prices are those of the seed and that moment."""
        self._gateway.clock.set(moment)
        self._trading_day = _eastern_day(moment)
        self._gateway.market.detach(step_of(moment))
        self._move_past(moment - self._started)

    def follow_wall(self) -> None:
        """Follow the wall clock again; the market begins anew at the catalogue's prices if the clock had been set."""
        clock = self._gateway.clock
        was_set = clock.is_set
        clock.follow_wall()
        self._trading_day = _eastern_day(clock.now())
        if was_set:
            self._gateway.market.begin(step_of(clock.now()))
            self._move_past(clock.now() - self._started if self._began_set else timedelta(0))

    def _list_day(self) -> None:
        today = self._gateway.clock.now().astimezone(UTC).date()
        if today != self._day:
            self._day = today
            listings.redate(self._gateway.catalogue, today)

    def _end_day(self) -> None:
        """At midnight the Gateway forgets executions and completed orders, with the numbers that clients gave them."""
        today = _eastern_day(self._gateway.clock.now())
        if today == self._trading_day:
            return
        self._trading_day = today
        book = self._gateway.exchange.book
        self._past = [order for order in self._past if not order.done]
        self._past_executions = 0
        book.forget_before(lambda moment: _eastern_day(moment) < today)

    def _move_past(self, shift: timedelta) -> None:
        """Tell the scenario's own past relative to the moment that was set instead of to the start of the server."""
        told, step = self._started + self._shift, shift - self._shift
        self._shift = shift
        book = self._gateway.exchange.book
        for order in self._past:
            order.created += step
            if order.completed_at is not None and order.completed_at <= told:
                order.completed_at += step
        for number in range(self._past_executions):
            book.executions[number] = replace(book.executions[number], at=book.executions[number].at + step)


def _eastern_day(moment: datetime) -> date:
    return moment.astimezone(_EASTERN).date()


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError as problem:
        raise ValueError(f"usage: {USAGE}") from problem
