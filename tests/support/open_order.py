"""openOrder and completedOrder rows by field name, read independently of any client library.

Names and order as the official client libraries read them between server versions 157 and 178.
"""

from collections.abc import Iterator

from tests.support.raw_client import Message

_CONTRACT = "conId symbol secType lastTradeDate strike right multiplier exchange currency localSymbol tradingClass"
_TERMS = "action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef"
_SLOTS = "shortSaleSlot designatedLocation exemptCode"
_RANGE = "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper"
_DELTA_NEUTRAL = (
    "dnConId dnSettlingFirm dnClearingAccount dnClearingIntent dnOpenClose dnShortSale dnShortSaleSlot "
    "dnDesignatedLocation"
)
_MARGINS = (
    "initMarginBefore maintMarginBefore equityBefore initMarginChange maintMarginChange equityChange initMarginAfter "
    "maintMarginAfter equityAfter commission minCommission maxCommission commissionCurrency warningText"
)
_COMPETE = "minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf"
_CONDITION_FIELDS = {"1": 6, "3": 3, "4": 3, "5": 4, "6": 5, "7": 5}


class _Reader:
    def __init__(self, fields: Message) -> None:
        self._fields: Iterator[str] = iter(fields)
        self.row: dict[str, str] = {}

    def take(self, names: str) -> None:
        for name in names.split():
            self.row[name] = next(self._fields)

    def pairs(self, name: str, width: int) -> None:
        count = int(next(self._fields))
        self.row[name] = "|".join(",".join(next(self._fields) for _ in range(width)) for _ in range(count))

    def conditions(self) -> None:
        found = []
        for _ in range(int(next(self._fields))):
            kind = next(self._fields)
            found.append(",".join([kind, *(next(self._fields) for _ in range(_CONDITION_FIELDS[kind]))]))
        self.row["conditions"] = "|".join(found)
        if found:
            self.take("conditionsIgnoreRth conditionsCancelOrder")

    def optional(self, name: str, more: str) -> None:
        """A field behind which others follow when it says something."""
        self.take(name)
        if self.row[name]:
            self.take(more)

    def scale(self) -> None:
        self.take("scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement")
        if self.row["scalePriceIncrement"] not in ("", "1.7976931348623157E308"):
            self.row["scaleRest"] = ",".join(next(self._fields) for _ in range(7))

    def benchmark(self) -> None:
        if self.row["orderType"] == "PEG BENCH":
            self.row["benchmark"] = ",".join(next(self._fields) for _ in range(5))

    def underlying(self) -> None:
        self.take("deltaNeutralContract")
        if self.row["deltaNeutralContract"] == "1":
            self.row["underlying"] = ",".join(next(self._fields) for _ in range(3))

    def algo(self) -> None:
        self.take("algoStrategy")
        if self.row["algoStrategy"]:
            self.pairs("algoParams", 2)

    def end(self) -> dict[str, str]:
        left = list(self._fields)
        assert left == [], f"fields left over: {left}"
        return self.row


def read_open_order(message: Message, version: int = 178) -> dict[str, str]:
    """An openOrder (5) by field name; AssertionError when fields are left over."""
    assert message[0] == "5"
    read = _Reader(message[1:])
    read.take(f"orderId {_CONTRACT} {_TERMS} clientId permId outsideRth hidden discretionaryAmt goodAfterTime old")
    read.take("faGroup faMethod faPercentage" + (" faProfile" if version < 177 else ""))
    read.take(f"modelCode goodTillDate rule80A percentOffset settlingFirm {_SLOTS} auctionStrategy {_RANGE}")
    read.take("displaySize blockOrder sweepToFill allOrNone minQty ocaType eTradeOnly firmQuoteOnly nbboPriceCap")
    read.take("parentId triggerMethod volatility volatilityType deltaNeutralOrderType deltaNeutralAuxPrice")
    if read.row["deltaNeutralOrderType"]:
        read.take(_DELTA_NEUTRAL)
    read.take("continuousUpdate referencePriceType trailStopPrice trailingPercent basisPoints basisPointsType")
    read.take("comboLegsDescrip")
    for name, width in (("legs", 8), ("legPrices", 1), ("routing", 2)):
        read.pairs(name, width)
    read.scale()
    read.optional("hedgeType", "hedgeParam")
    read.take("optOutSmartRouting clearingAccount clearingIntent notHeld")
    read.underlying()
    read.algo()
    read.take(f"solicited whatIf status {_MARGINS} randomizeSize randomizePrice")
    read.benchmark()
    read.conditions()
    read.take("adjustedOrderType triggerPrice trailStopAgain lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice")
    read.take("adjustedTrailingAmount adjustableTrailingUnit softDollarName softDollarValue softDollarDisplay cashQty")
    read.take("dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice usePriceMgmtAlgo")
    for gate, name in ((158, "duration"), (160, "postToAts"), (162, "autoCancelParent"), (170, _COMPETE)):
        read.take(name if version >= gate else "")
    return read.end()


def read_completed_order(message: Message, version: int = 178) -> dict[str, str]:
    """A completedOrder (101) by field name; AssertionError when fields are left over."""
    assert message[0] == "101"
    read = _Reader(message[1:])
    read.take(f"{_CONTRACT} {_TERMS} permId outsideRth hidden discretionaryAmt goodAfterTime")
    read.take("faGroup faMethod faPercentage" + (" faProfile" if version < 177 else ""))
    read.take(f"modelCode goodTillDate rule80A percentOffset settlingFirm {_SLOTS} {_RANGE} displaySize sweepToFill")
    read.take(
        "allOrNone minQty ocaType triggerMethod volatility volatilityType deltaNeutralOrderType deltaNeutralAuxPrice"
    )
    if read.row["deltaNeutralOrderType"]:
        read.take("dnConId dnShortSale dnShortSaleSlot dnDesignatedLocation")
    read.take("continuousUpdate referencePriceType trailStopPrice trailingPercent comboLegsDescrip")
    for name, width in (("legs", 8), ("legPrices", 1), ("routing", 2)):
        read.pairs(name, width)
    read.scale()
    read.optional("hedgeType", "hedgeParam")
    read.take("clearingAccount clearingIntent notHeld")
    read.underlying()
    read.algo()
    read.take("solicited status randomizeSize randomizePrice")
    read.benchmark()
    read.conditions()
    read.take("trailStopAgain lmtPriceOffset cashQty dontUseAutoPriceForHedge isOmsContainer autoCancelDate")
    read.take("filledQuantity refFuturesConId autoCancelParent shareholder imbalanceOnly routeMarketableToBbo")
    read.take("parentPermId completedTime completedStatus")
    read.take(_COMPETE if version >= 170 else "")
    return read.end()
