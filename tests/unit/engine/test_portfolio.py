"""Positions, account figures and quotes keep unknown apart from zero."""

from __future__ import annotations

from decimal import Decimal

from tests.unit.engine.events import AAPL
from tws_console.engine.portfolio import Accounts, Portfolio, Quotes
from tws_console.engine.store import Changes
from tws_console.model.events import (
    AccountValueSeen,
    LinkLost,
    PnlSeen,
    PositionSeen,
    PositionsEnded,
    QuoteSeen,
    QuoteTypeSeen,
)


def value(account: str, key: str, text: str, currency: str = "USD") -> AccountValueSeen:
    return AccountValueSeen(n=1, link=1, at=5.0, account=account, key=key, value=text, currency=currency)


def test_position_has_unknown_pnl_when_none_was_told() -> None:
    portfolio = Portfolio(Changes())

    portfolio.apply(
        PositionSeen(
            n=1, link=1, at=5.0, account="DU1", instrument=AAPL, quantity=Decimal(-20), average_cost=Decimal("171.2")
        )
    )

    row = portfolio.positions["DU1", AAPL.con_id]
    assert (row.quantity, row.daily_pnl, row.market_price, row.seen_at) == (Decimal(-20), None, None, 5.0)


def test_position_takes_price_from_its_value_when_pnl_comes() -> None:
    portfolio = Portfolio(Changes())
    portfolio.apply(
        PositionSeen(
            n=1, link=1, at=5.0, account="DU1", instrument=AAPL, quantity=Decimal(20), average_cost=Decimal(171)
        )
    )

    portfolio.apply(
        PnlSeen(
            n=2,
            link=1,
            at=6.0,
            account="DU1",
            con_id=AAPL.con_id,
            daily=Decimal("-4"),
            unrealized=Decimal(330),
            realized=None,
            value=Decimal(3750),
        )
    )

    row = portfolio.positions["DU1", AAPL.con_id]
    assert (row.market_price, row.daily_pnl, row.realized_pnl) == (Decimal("187.5"), Decimal(-4), None)


def test_account_total_is_unknown_when_one_account_lacks_the_figure() -> None:
    accounts = Accounts(Changes())
    accounts.apply(value("DU1", "NetLiquidation", "100.5"))
    accounts.apply(value("DU2", "NetLiquidation", "200.25"))
    accounts.apply(value("DU1", "BuyingPower", "50"))

    total = accounts.total()

    assert total.net_liquidation == Decimal("300.75")
    assert total.buying_power is None


def test_account_total_is_unknown_when_currencies_differ() -> None:
    accounts = Accounts(Changes())
    accounts.apply(value("DU1", "NetLiquidation", "100", "USD"))
    accounts.apply(value("DU2", "NetLiquidation", "100", "EUR"))

    assert accounts.total().net_liquidation is None


def test_account_figure_is_unknown_when_its_text_is_no_number() -> None:
    accounts = Accounts(Changes())

    accounts.apply(value("DU1", "Cushion", "n/a"))

    assert accounts.figures["DU1"].cushion is None


def test_account_is_not_ready_when_the_gateway_says_so() -> None:
    accounts = Accounts(Changes())

    accounts.apply(value("DU1", "AccountReady", "false"))

    assert accounts.ready is False


def test_quote_keeps_what_it_knows_when_fields_come_one_by_one() -> None:
    quotes = Quotes(Changes())
    quotes.apply(QuoteTypeSeen(n=1, link=1, at=5.0, con_id=1, tag="D"))
    quotes.apply(QuoteSeen(n=2, link=1, at=6.0, con_id=1, field="bid", value=Decimal("187.48")))

    quote = quotes.get(1)
    assert quote is not None
    assert (quote.tag, quote.bid, quote.ask, quote.mid) == ("D", Decimal("187.48"), None, None)


def test_account_total_has_the_fewest_day_trades_when_some_are_limited() -> None:
    accounts = Accounts(Changes())
    accounts.apply(value("DU1", "DayTradesRemaining", "-1"))
    accounts.apply(value("DU2", "DayTradesRemaining", "3"))
    assert accounts.total().day_trades_left == 3

    accounts.apply(value("DU2", "DayTradesRemaining", "-1"))
    assert accounts.total().day_trades_left == -1

    accounts.apply(value("DU3", "NetLiquidation", "1"))
    assert accounts.total().day_trades_left is None


LOST = LinkLost(n=9, link=1, at=20.0, why="gone", expected=False)


def test_account_figures_are_unknown_until_told_again_when_the_link_is_lost() -> None:
    accounts = Accounts(Changes())
    accounts.apply(value("DU1", "NetLiquidation", "100.5"))
    accounts.apply(
        PnlSeen(n=2, link=1, at=6.0, account="DU1", con_id=None, daily=Decimal(1), unrealized=None, realized=None)
    )

    accounts.apply(LOST)

    row = accounts.figures["DU1"]
    assert (row.daily_pnl, row.net_liquidation, row.currency, row.seen_at) == (None, None, "USD", 6.0)
    accounts.apply(value("DU1", "NetLiquidation", "99"))
    assert accounts.figures["DU1"].net_liquidation == Decimal(99)


def test_position_has_unknown_profit_and_price_when_the_link_is_lost() -> None:
    portfolio = Portfolio(Changes())
    portfolio.apply(
        PositionSeen(n=1, link=1, at=5.0, account="DU1", instrument=AAPL, quantity=Decimal(20), average_cost=None)
    )
    portfolio.apply(
        PnlSeen(
            n=2,
            link=1,
            at=6.0,
            account="DU1",
            con_id=AAPL.con_id,
            daily=Decimal(-4),
            unrealized=Decimal(330),
            realized=None,
            value=Decimal(3750),
        )
    )

    portfolio.apply(LOST)

    row = portfolio.positions["DU1", AAPL.con_id]
    assert (row.quantity, row.daily_pnl, row.unrealized_pnl) == (Decimal(20), None, None)
    assert (row.market_value, row.market_price) == (None, None)


def test_positions_are_not_known_whole_when_the_next_link_has_not_told_all() -> None:
    portfolio = Portfolio(Changes())
    known = []

    for event in (PositionsEnded(n=1, link=1, at=5.0), LOST, PositionsEnded(n=1, link=2, at=25.0)):
        portfolio.apply(event)
        known.append(portfolio.loaded)

    assert known == [True, False, True]


def test_quote_keeps_no_price_when_the_link_is_lost() -> None:
    quotes = Quotes(Changes())
    quotes.apply(QuoteSeen(n=1, link=1, at=5.0, con_id=1, field="bid", value=Decimal(10)))

    quotes.apply(LOST)

    quote = quotes.get(1)
    assert quote is not None
    assert (quote.bid, quote.seen_at) == (None, 0.0)
    assert quote.problem == "the link to TWS was lost"
