"""Short ways to say what a broker said."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

from tws_console.model.events import (
    CommissionSeen,
    CompletedSeen,
    FillSeen,
    OrderBound,
    OrderSeen,
    ProblemSeen,
    SnapshotTaken,
    StatusSeen,
)
from tws_console.model.instrument import Instrument
from tws_console.model.position import Fill

AAPL = Instrument(265598, "AAPL")


class Wire:
    """Numbers events and stamps them with a clock that moves one second per event."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.at = 100.0

    def monotonic(self) -> float:
        return self.at

    def _stamp(self) -> tuple[int, float]:
        self.at += 1.0
        return next(self._numbers), self.at

    def order(
        self,
        perm_id: int,
        client_id: int = 11,
        order_id: int = 1,
        *,
        status: str | None = "Submitted",
        quantity: str = "100",
        order_ref: str = "",
        parent_id: int = 0,
        order_type: str = "LMT",
    ) -> OrderSeen:
        n, at = self._stamp()
        return OrderSeen(
            n=n,
            link=1,
            at=at,
            perm_id=perm_id,
            client_id=client_id,
            order_id=order_id,
            account="DU1234567",
            instrument=AAPL,
            action="BUY",
            quantity=Decimal(quantity),
            order_type=order_type,
            limit_price=Decimal("187.5"),
            aux_price=None,
            tif="DAY",
            order_ref=order_ref,
            parent_id=parent_id,
            status=status,
        )

    def status(
        self,
        perm_id: int,
        status: str,
        client_id: int = 11,
        order_id: int = 1,
        *,
        filled: str = "0",
        remaining: str = "100",
        why_held: str = "",
    ) -> StatusSeen:
        n, at = self._stamp()
        return StatusSeen(
            n=n,
            link=1,
            at=at,
            order_id=order_id,
            client_id=client_id,
            perm_id=perm_id,
            status=status,
            filled=Decimal(filled),
            remaining=Decimal(remaining),
            avg_fill_price=Decimal("187.4") if filled != "0" else None,
            why_held=why_held,
        )

    def fill(
        self, perm_id: int, quantity: str, exec_id: str = "a.1.01", client_id: int = 11, order_id: int = 1
    ) -> FillSeen:
        n, at = self._stamp()
        fill = Fill(
            exec_id,
            perm_id,
            client_id,
            order_id,
            "DU1234567",
            AAPL,
            "BUY",
            Decimal(quantity),
            Decimal("187.4"),
            None,
            None,
            True,
        )
        return FillSeen(n=n, link=1, at=at, fill=fill)

    def completed(
        self, perm_id: int, status: str = "Cancelled", words: str = "Cancelled by Trader", ref: str = ""
    ) -> CompletedSeen:
        n, at = self._stamp()
        return CompletedSeen(
            n=n,
            link=1,
            at=at,
            perm_id=perm_id,
            account="DU1234567",
            instrument=AAPL,
            action="BUY",
            quantity=Decimal(100),
            order_type="LMT",
            limit_price=Decimal("187.5"),
            aux_price=None,
            tif="DAY",
            status=status,
            filled=Decimal(0) if status == "Cancelled" else Decimal(100),
            completed_time="",
            completed_status=words,
            order_ref=ref,
        )

    def commission(self, exec_id: str) -> CommissionSeen:
        n, at = self._stamp()
        return CommissionSeen(
            n=n, link=1, at=at, exec_id=exec_id, commission=Decimal(1), currency="USD", realized_pnl=None
        )

    def bound(self, perm_id: int, client_id: int, order_id: int) -> OrderBound:
        n, at = self._stamp()
        return OrderBound(n=n, link=1, at=at, perm_id=perm_id, client_id=client_id, order_id=order_id)

    def problem(self, request_id: int, code: int, text: str = "") -> ProblemSeen:
        n, at = self._stamp()
        return ProblemSeen(n=n, link=1, at=at, request_id=request_id, code=code, text=text)

    def listed(self, *perm_ids: int, complete: bool = True) -> SnapshotTaken:
        """A list asked for one second after the last event and answered a second later."""
        asked_n, asked = self._stamp()
        n, at = self._stamp()
        return SnapshotTaken(
            n=n,
            link=1,
            at=at,
            asked_n=asked_n,
            asked_at=asked,
            complete=complete,
            why="" if complete else "an old request is still owed",
            perm_ids=frozenset(perm_ids),
        )
