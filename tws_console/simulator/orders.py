"""Owns what an order is: its terms, its state, its executions. Imports `contracts` only."""

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


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client asked for. Unset prices are None; `transmit` False keeps the order in the TWS window."""

    action: str
    quantity: Decimal
    order_type: str
    limit: Decimal | None = None
    aux: Decimal | None = None
    tif: str = "DAY"
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
    model_code: str = ""
    what_if: bool = False
    algo_strategy: str = ""
    algo_params: tuple[tuple[str, str], ...] = ()

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sale."""
        return 1 if self.action == "BUY" else -1

    @property
    def is_stop(self) -> bool:
        """True for the types that wait for a trigger price."""
        return self.order_type in ("STP", "STP LMT")


@dataclass(frozen=True, slots=True)
class Placement:
    """One placeOrder request, decoded."""

    order_id: int
    contract: ContractQuery
    terms: Terms


@dataclass(slots=True)
class Order:
    """One order in the Gateway's book. `client_id` None is an order made by hand in TWS and bound to nobody."""

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
    commission: Decimal | None = None
    staged: bool = False
    held: bool = False
    triggered: bool = False
    cancel_pending: bool = False
    parent_perm: int = 0
    completed_at: datetime | None = None
    completed_status: str = ""
    warning: str = ""
    by_hand: bool = False
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
    def shown_client(self) -> int:
        """The client id on the wire: 0 for an unbound manual order (recording of Gateway 10.40, deepentropy/ibx)."""
        return self.client_id or 0

    def revise(self, **changes: object) -> None:
        """Replace single terms."""
        self.terms = replace(self.terms, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill. `quantity` is unsigned; `realized` is None for an opening trade."""

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
