"""Owns what an order is: its terms, its state, its executions. Imports `contracts` only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from tws_console.simulator.contracts import Contract, ContractQuery

# Statuses as TWS writes them (source: IBKR Campus TWS API docs, Order Management).
PENDING_SUBMIT = "PendingSubmit"
PRE_SUBMITTED = "PreSubmitted"
SUBMITTED = "Submitted"
PENDING_CANCEL = "PendingCancel"
API_CANCELLED = "ApiCancelled"
CANCELLED = "Cancelled"
FILLED = "Filled"
INACTIVE = "Inactive"
DONE = frozenset({CANCELLED, API_CANCELLED, FILLED, INACTIVE})


STOP_TYPES = frozenset({"STP", "STP LMT"})
TRAIL_TYPES = frozenset({"TRAIL", "TRAIL LIMIT"})
TOUCH_TYPES = frozenset({"MIT", "LIT"})
CLOSE_TYPES = frozenset({"MOC", "LOC"})
LIMIT_TYPES = frozenset({"LMT", "STP LMT", "LIT", "LOC"})
SNAP_TYPES = frozenset({"SNAP MKT", "SNAP MID", "SNAP PRIM"})


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a combination; `extras` are the wire fields behind the exchange, kept as they came."""

    con_id: int
    ratio: int
    action: str
    exchange: str
    extras: tuple[str, ...] = ("0", "0", "", "-1")

    @property
    def sign(self) -> int:
        """1 when buying the combination buys this leg."""
        return 1 if self.action == "BUY" else -1


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of an order: its kind by wire number, whether it is joined by "and", its fields as they came."""

    kind: str
    fields: tuple[str, ...]

    @property
    def joined_by_and(self) -> bool:
        """How this condition joins the one behind it."""
        return self.fields[0] == "a"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client asked for. Unset prices are None; `transmit` False keeps the order in the TWS window.

    `trail_stop` is the first stop price of a trailing order, `limit_offset` the distance of its limit from the stop;
    `kept` are the attributes that are echoed only, by their names in the client libraries.
    """

    action: str
    quantity: Decimal
    order_type: str
    limit: Decimal | None = None
    aux: Decimal | None = None
    tif: str = "DAY"
    preset_tif: bool = False
    """The client left the time in force to the order presets of TWS."""
    account: str = ""
    oca_group: str = ""
    oca_type: int = 0
    open_close: str = ""
    origin: int = 0
    order_ref: str = ""
    transmit: bool = True
    parent_id: int = 0
    outside_rth: bool = False
    hidden: bool = False
    display_size: int = 0
    trigger_method: int = 0
    all_or_none: bool = False
    good_after: str = ""
    good_till: str = ""
    fa_group: str = ""
    fa_method: str = ""
    model_code: str = ""
    what_if: bool = False
    algo_strategy: str = ""
    algo_params: tuple[tuple[str, str], ...] = ()
    trail_stop: Decimal | None = None
    trailing_percent: Decimal | None = None
    limit_offset: Decimal | None = None
    percent_offset: Decimal | None = None
    cash: Decimal = Decimal(0)
    """The money to be spent, in the currency of the contract, by an order that names no size; 0 for none."""
    conditions: tuple[Condition, ...] = ()
    conditions_ignore_rth: bool = False
    conditions_cancel: bool = False
    legs: tuple[Leg, ...] = ()
    leg_prices: tuple[str, ...] = ()
    routing: tuple[tuple[str, str], ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sale."""
        return 1 if self.action == "BUY" else -1

    @property
    def is_stop(self) -> bool:
        """True for stops with a fixed trigger price."""
        return self.order_type in STOP_TYPES

    @property
    def is_trail(self) -> bool:
        """True for stops that follow the market."""
        return self.order_type in TRAIL_TYPES

    @property
    def starting(self) -> Decimal | None:
        """Where an order begins that is pegged to a benchmark."""
        written = self.kept.get("startingPrice")
        return Decimal(written) if written else None

    @property
    def needs_trigger(self) -> bool:
        """True for every type that waits for a price before it works."""
        return self.is_stop or self.is_trail or self.order_type in TOUCH_TYPES


@dataclass(frozen=True, slots=True)
class Placement:
    """One placeOrder request, decoded."""

    order_id: int
    contract: ContractQuery
    terms: Terms


@dataclass(slots=True)
class Order:
    """One order in the Gateway's book. `client_id` None is an order made by hand in TWS and bound to nobody.

    `stop` is where a trailing stop stands now. `opens_at` is when a waiting order may go to work, `auction_at` the
    opening or closing it takes part in, `expires_at` its end. `unsettled` is true while a change is on its way,
    `charged` once its fee is known. `renewed` is when it was last placed or changed.
    """

    perm_id: int
    client_id: int | None
    order_id: int
    contract: Contract
    exchange: str
    terms: Terms
    created: datetime
    status: str = PRE_SUBMITTED
    why_held: str = ""
    filled: Decimal = Decimal(0)
    average: Decimal = Decimal(0)
    last_price: Decimal = Decimal(0)
    cap: Decimal = Decimal(0)
    """The price at which TWS holds a limit order, 0 for none."""
    rested: bool = False
    """It has been in the market with a limit: what trades from now on was waiting there."""
    commission: Decimal | None = None
    staged: bool = False
    change: Terms | None = None
    """What the order is to become when its change is transmitted."""
    held: bool = False
    triggered: bool = False
    cancel_pending: bool = False
    parent_perm: int = 0
    completed_at: datetime | None = None
    completed_status: str = ""
    warning: str = ""
    by_hand: bool = False
    stop: Decimal | None = None
    pegged: Decimal | None = None
    """The limit that a snap order has taken from the quote it met."""
    opens_at: datetime | None = None
    auction_at: datetime | None = None
    expires_at: datetime | None = None
    unsettled: bool = False
    charged: bool = False
    renewed: datetime | None = None
    conditions_met: bool = False
    awaits_click: bool = False
    children: list[int] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """True when nothing can happen to the order any more."""
        return self.status in DONE

    @property
    def live(self) -> bool:
        """True when the order is in the lists of open orders."""
        return not self.done and not self.staged

    @property
    def remaining(self) -> Decimal:
        """Units not yet filled."""
        return self.terms.quantity - self.filled

    @property
    def waits(self) -> bool:
        """True while the clock or a condition keeps the order from working."""
        conditional = bool(self.terms.conditions) and not (self.conditions_met or self.terms.conditions_cancel)
        return self.opens_at is not None or self.auction_at is not None or conditional

    @property
    def timed(self) -> bool:
        """True when the clock or a condition may change what happens to the order."""
        conditional = bool(self.terms.conditions) and not self.conditions_met
        return conditional or self.expires_at is not None or self.waits

    @property
    def trigger(self) -> Decimal | None:
        """The price that sets the order to work, None when it needs none."""
        if self.terms.is_trail:
            return self.stop
        return self.terms.aux if self.terms.needs_trigger else None

    @property
    def shown_client(self) -> int:
        """The client id on the wire: 0 for an unbound manual order (recording of Gateway 10.40, deepentropy/ibx)."""
        return self.client_id or 0

    @property
    def ended_at(self) -> datetime:
        """When the order ended, or was made when it has not."""
        return self.completed_at or self.created

    def revise(self, **changes: object) -> None:
        """Replace single terms."""
        self.terms = replace(self.terms, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill. `quantity` is unsigned; `realized` is None for an opening trade.

    `contract` and `sign` are those of the order, or of one leg when a combination has traded; `account` is the order's,
    or one of a group when `allocated_to` names it.
    """

    exec_id: str
    order: Order
    at: datetime
    venue: str
    quantity: Decimal
    price: Decimal
    cumulative: Decimal
    average: Decimal
    commission: Decimal
    realized: Decimal | None
    leg: Leg | None = None
    leg_contract: Contract | None = None
    allocated_to: str = ""
    added: bool = False
    """It was waiting in the market (the liquidity 1 of TWS), else it took what was there (2)."""

    @property
    def account(self) -> str:
        """Whose trade it is."""
        return self.allocated_to or self.order.terms.account

    @property
    def charged(self) -> bool:
        """Whether it has a fee: a combination is charged by its legs."""
        return self.contract.sec_type != "BAG"

    @property
    def contract(self) -> Contract:
        """What was traded."""
        return self.leg_contract or self.order.contract

    @property
    def sign(self) -> int:
        """1 for a purchase, -1 for a sale."""
        return self.order.terms.sign * (self.leg.sign if self.leg else 1)
