"""placeOrder requests of every kind at server version 178, built from the plain one by position."""

from collections.abc import Sequence

from tests.support.raw_client import place_fields

_POSITIONS = {
    "display_size": 31,
    "trigger_method": 32,
    "outside_rth": 33,
    "hidden": 34,
    "good_after": 37,
    "good_till": 38,
    "fa_group": 39,
    "fa_method": 40,
    "oca_type": 46,
    "all_or_none": 49,
    "percent_offset": 51,
    "trail_stop": 68,
    "trailing_percent": 69,
    "clearing_account": 78,
    "starting_price": 56,
    "limit_offset": 92,
    "cash_quantity": 100,
}
_SEC_TYPE, _TYPE, _BEHIND_HIDDEN, _ALGO, _CONDITIONS = 4, 18, 35, 82, 89


def order_fields(
    order_id: int,
    *,
    sec_type: str = "STK",
    legs: Sequence[Sequence[object]] = (),
    algo: Sequence[object] = (),
    conditions: Sequence[Sequence[object]] = (),
    cancel_on_condition: bool = False,
    benchmark: Sequence[object] = (0, 0, "", "", ""),
    **terms: object,
) -> list[object]:
    """The fields of a placement; names beside those of `place_fields` are the optional terms of TWS orders.

    `benchmark` are the five fields of PEG BENCH: contract, whether the price falls, changes of both, exchange.
    A leg is (conId, ratio, action, exchange), a condition its kind and fields, an algo its name and (tag, value) pairs.
    """
    extra = {name: terms.pop(name) for name in list(terms) if name in _POSITIONS}
    fields = place_fields(order_id, **terms)  # type: ignore[arg-type]
    for name, value in extra.items():
        fields[_POSITIONS[name]] = int(value) if isinstance(value, bool) else value
    fields[_SEC_TYPE] = sec_type
    if fields[_TYPE] == "PEG MID":
        fields += ["", ""]  # midOffsetAtWhole, midOffsetAtHalf
    if fields[_TYPE] == "PEG BENCH":
        fields[_CONDITIONS:_CONDITIONS] = benchmark
    if conditions:
        flat = [part for condition in conditions for part in condition]
        fields[_CONDITIONS : _CONDITIONS + 1] = [len(conditions), *flat, 0, int(cancel_on_condition)]
    if algo:
        pairs = [part for pair in algo[1:] for part in pair]  # type: ignore[attr-defined]
        fields[_ALGO : _ALGO + 1] = [algo[0], len(algo) - 1, *pairs]
    if sec_type == "BAG":
        flat = [part for leg in legs for part in (*leg, 0, 0, "", -1)]
        fields[_BEHIND_HIDDEN:_BEHIND_HIDDEN] = [len(legs), *flat, 0, 0]
    return fields
