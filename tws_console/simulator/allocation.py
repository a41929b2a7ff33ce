"""Owns how an advisor's order for a group falls on the group's accounts. Imports `accounts` and `orders`.

Methods as in IBKR Campus TWS API docs, Financial Advisors. By net liquidation or available equity the accounts get
their share by worth; by any other method they get equal shares, since the shares that a user keeps in TWS are unknown.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from tws_console.simulator.accounts import Accounts
from tws_console.simulator.orders import Terms

DEFAULT_METHOD = "NetLiq"
_BY_WORTH = frozenset({"NetLiq", "AvailableEquity"})
METHODS = _BY_WORTH | {"Equal", "EqualQuantity", "PctChange", "ContractsOrShares", "Ratio", "Percent", "MonetaryAmount"}


def allocated(terms: Terms, quantity: Decimal, step: Decimal, accounts: Accounts) -> dict[str, Decimal]:
    """What of `quantity` is for each account, in steps: all for the order's account, or shares for a group's."""
    if not terms.fa_group or accounts.advisor is None:
        return {terms.account: quantity}
    names = accounts.advisor.groups[terms.fa_group]
    by_worth = terms.fa_method in _BY_WORTH
    weights = [max(accounts.net_liquidation(name), Decimal(0)) if by_worth else Decimal(1) for name in names]
    return dict(zip(names, shares(quantity, weights, step), strict=True))


def shares(quantity: Decimal, weights: Sequence[Decimal], step: Decimal = Decimal(1)) -> list[Decimal]:
    """Split a quantity into whole steps by weight; what rounding leaves over goes to the largest remainders.

    Of equal remainders the first ones get it. Weights that are all 0 count as equal.
    """
    total = sum(weights, Decimal(0))
    if not total:
        return shares(quantity, [Decimal(1)] * len(weights), step)
    exact = [quantity * weight / total for weight in weights]
    whole = [share.quantize(step, ROUND_DOWN) for share in exact]
    by_remainder = sorted(range(len(whole)), key=lambda place: whole[place] - exact[place])
    for place in by_remainder[: int((quantity - sum(whole)) / step)]:
        whole[place] += step
    return whole
