"""Identity: who owns an order and how one is named. Imports nothing of ours.

The permId is the only number that names an order account-wide; order ids of different clients collide freely and
unbound manual orders all carry 0/0 (IBKR Campus TWS API docs, "Order Management"; recordings of Gateway 10.40).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

OWN_IDS = 9
"""A profile owns its client_id and the eight that follow it."""


class Owner(StrEnum):
    OWN = "own"
    FOREIGN = "foreign"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """Names one order: by permId, or provisionally by (client id, order id) until the broker has told the permId."""

    perm_id: int = 0
    client_id: int = 0
    order_id: int = 0

    @classmethod
    def perm(cls, perm_id: int) -> OrderKey:
        return cls(perm_id=perm_id)

    @classmethod
    def alias(cls, client_id: int, order_id: int) -> OrderKey:
        return cls(client_id=client_id, order_id=order_id)

    def __str__(self) -> str:
        return f"#{self.perm_id}" if self.perm_id else f"{self.client_id}/{self.order_id}"


def owned_ids(client_id: int) -> range:
    """The client ids that belong to the profile whose client id this is."""
    return range(client_id, client_id + OWN_IDS)


def owner_of(client_id: int, order_id: int, profile_client_id: int) -> Owner:
    """Whose order it is. 0/0 is an unbound manual order, and client 0 with a negative id a bound one."""
    if client_id == 0 and order_id <= 0:
        return Owner.MANUAL
    return Owner.OWN if client_id in owned_ids(profile_client_id) else Owner.FOREIGN
