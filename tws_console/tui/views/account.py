"""The account strip and the account in full. Pure: figures in, spans out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tws_console.model.position import AccountFigures
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans, width
from tws_console.tui.views.lines import WIDE_GAPS_FROM, Item, cut, fitting, joined


def day_share(figures: AccountFigures) -> Decimal | None:
    """Today's profit or loss as a fraction of what the account was worth before it."""
    if figures.daily_pnl is None or figures.net_liquidation is None:
        return None
    before = figures.net_liquidation - figures.daily_pnl
    return figures.daily_pnl / before if before else None


def _figure(label: str, text: str, tone: str = "strong") -> Spans:
    return Span(f"{label} ", "muted"), Span(text, "warn" if text == formats.NOT_KNOWN else tone)


def _day(figures: AccountFigures) -> Spans:
    tone = formats.pnl_tone(figures.daily_pnl)
    spans = _figure("Day", formats.pnl(figures.daily_pnl), tone)
    share = day_share(figures)
    return spans if share is None else (*spans, Span(" " + formats.percent(share, signed=True), tone))


def strip(figures: AccountFigures, room: int, old: str = "") -> Spans:
    """One line of figures, as many as fit. `old` is the age to show at the right when nothing can arrive any more."""
    wide = room >= WIDE_GAPS_FROM
    trades = formats.day_trades(figures.day_trades_left)
    unreal = formats.pnl(figures.unrealized_pnl, 0)
    items = (
        Item(_figure("Net liq", formats.money(figures.net_liquidation)), 0, 1),
        Item(_day(figures), 1, 3),
        Item(_figure("Unreal", unreal, formats.pnl_tone(figures.unrealized_pnl)), 4, 3),
        Item(_figure("Excess", formats.money(figures.excess_liquidity)), 2, 3),
        Item(_figure("Cushion", formats.percent(figures.cushion)), 3, 3),
        Item(_figure("Buying power", formats.money(figures.buying_power)), 5, 3),
        Item(_figure("Init margin", formats.money(figures.initial_margin)), 6, 3),
        Item(_figure("Maint", formats.money(figures.maintenance_margin)), 7, 3),
        Item(_figure("Cash", formats.money(figures.cash), "strong"), 8, 3),
        Item(_figure("Day trades" if wide else "DT", trades), 9, 3),
    )
    tail = f"{old} old " if old else ""
    spans = joined(fitting(items, room - 1 - len(tail)))
    if not tail:
        return spans
    return (*spans, Span(" " * (room - width(spans) - len(tail))), Span(tail, "warn"))


def names(accounts: Sequence[str]) -> str:
    """`DU…4567 and DU…4321`."""
    short = [formats.account_short(account) for account in accounts]
    return " and ".join(short) if len(short) < 3 else ", ".join(short)


def full(figures: AccountFigures, room: int) -> tuple[Spans, ...]:
    """The account in full: three lines of three figures, four where there is room."""
    trades = formats.day_trades(figures.day_trades_left)
    columns = (
        (
            ("Net liq", formats.money(figures.net_liquidation), "strong"),
            ("Buying power", formats.money(figures.buying_power), "strong"),
            ("Cash", formats.money(figures.cash), "strong"),
        ),
        (
            ("Day P&L", formats.pnl(figures.daily_pnl), formats.pnl_tone(figures.daily_pnl)),
            ("Unreal", formats.pnl(figures.unrealized_pnl), formats.pnl_tone(figures.unrealized_pnl)),
            ("Realized", formats.pnl(figures.realized_pnl), formats.pnl_tone(figures.realized_pnl)),
        ),
        (
            ("Init margin", formats.money(figures.initial_margin), "strong"),
            ("Maint margin", formats.money(figures.maintenance_margin), "strong"),
            ("Excess", formats.money(figures.excess_liquidity), "strong"),
        ),
        (
            ("Cushion", formats.percent(figures.cushion), "strong"),
            ("Day change", formats.percent(day_share(figures), signed=True), formats.pnl_tone(figures.daily_pnl)),
            ("Day trades", trades, "strong"),
        ),
    )
    return tuple(_full_line([column[line] for column in columns], room) for line in range(3))


def _full_line(cells: Sequence[tuple[str, str, str]], room: int) -> Spans:
    spans: list[Span] = [Span("  ")]
    for index, (label, text, tone) in enumerate(cells):
        block = 26
        if width(spans) + block > room:
            break
        value = Span(text.rjust(10), "warn" if text == formats.NOT_KNOWN else tone)
        lead = "" if index == 0 else "   "
        spans += [Span(lead + label.ljust(13), "muted"), value]
    return cut(tuple(spans), room)
