"""Owns how much margin a position takes and what a trade costs. Pure functions; imports `contracts` only."""

from decimal import Decimal

from tws_console.simulator.contracts import Contract

CENT = Decimal("0.01")
# Share of the value that has to be covered: at first, and later on.
_SHARES = {
    "STK": (Decimal("0.30"), Decimal("0.25")),
    "CASH": (Decimal("0.03"), Decimal("0.025")),
    "CFD": (Decimal("0.20"), Decimal("0.18")),
    "BOND": (Decimal("0.10"), Decimal("0.08")),
    "FUT": (Decimal("0.07"), Decimal("0.063")),
}
_ALL_OF_IT = (Decimal(1), Decimal(1))
_PER_FUTURE = {
    "ES": (Decimal(23100), Decimal(21000)),
    "MES": (Decimal(2310), Decimal(2100)),
    "NQ": (Decimal(33000), Decimal(30000)),
    "MNQ": (Decimal(3300), Decimal(3000)),
}
_PER_CONTRACT_FEE = {"FUT": Decimal("2.25"), "FOP": Decimal("2.25"), "OPT": Decimal("0.65")}
_SHORT_OPTION_SHARE = Decimal("0.20")


def requirement(contract: Contract, quantity: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
    """Initial and maintenance margin of a signed quantity at a price, in the currency of the contract."""
    units = abs(quantity)
    if contract.symbol in _PER_FUTURE and contract.sec_type == "FUT":
        first, later = _PER_FUTURE[contract.symbol]
        return units * first, units * later
    value = units * price * contract.point_value
    if contract.is_option and quantity < 0:
        written = value + units * contract.strike * contract.point_value * _SHORT_OPTION_SHARE
        return written, written
    first, later = _SHARES.get(contract.sec_type, _ALL_OF_IT)
    return value * first, value * later


def commission(contract: Contract, quantity: Decimal, price: Decimal) -> Decimal:
    """The fee of one order in the contract's currency: per share with a minimum, per contract, or of the amount."""
    if contract.sec_type in _PER_CONTRACT_FEE:
        return (quantity * _PER_CONTRACT_FEE[contract.sec_type]).quantize(CENT)
    if contract.sec_type == "CASH":
        return max(Decimal(2), quantity * price * Decimal("0.00002")).quantize(CENT)
    if contract.sec_type == "CRYPTO":
        return max(Decimal("1.75"), quantity * price * Decimal("0.0018")).quantize(CENT)
    if contract.sec_type == "BOND":
        return max(Decimal(1), quantity).quantize(CENT)
    fee = max(Decimal(1), quantity * Decimal("0.005"))
    return min(fee, max(CENT, quantity * price * Decimal("0.01"))).quantize(Decimal("0.0001"))
