"""When a change that nothing answered is seen to have been made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.journal.support import intent, order
from tws_console.engine.matching import shows_change
from tws_console.model.order import Order

MEANT = intent(quantity=Decimal(100), limit_price=Decimal("187.5"), tif="GTC")
TOLD = order(tif="GTC")


def test_change_is_shown_when_all_its_terms_are_told() -> None:
    assert shows_change(MEANT, TOLD)


@pytest.mark.parametrize(
    "told",
    [
        replace(TOLD, tif="DAY"),
        replace(TOLD, quantity=Decimal(99)),
        replace(TOLD, limit_price=Decimal("187.49")),
        replace(TOLD, limit_price=None),
    ],
    ids=["tif", "quantity", "price", "no price"],
)
def test_change_is_not_shown_when_one_of_its_terms_is_another(told: Order) -> None:
    assert not shows_change(MEANT, told)
