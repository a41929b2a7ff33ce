"""Owns what stands before an order is booked or sent: which contract it means, the Gateway's own checks, the broker's.

Imports `rules`, `allocation`, `combos`, `accounts`, `book`, `contracts`, `faults`, `orders` and `ports`. Texts of the
precautions as in IBKR Campus TWS API docs, Error Codes.
"""

from dataclasses import replace
from decimal import Decimal

from tws_console.simulator import combos, rules
from tws_console.simulator.accounts import Accounts
from tws_console.simulator.allocation import DEFAULT_METHOD, METHODS, allocated
from tws_console.simulator.book import Book
from tws_console.simulator.contracts import Catalogue, Contract, ContractQuery
from tws_console.simulator.faults import Faults
from tws_console.simulator.orders import Order, Terms
from tws_console.simulator.ports import SchedulerPort
from tws_console.simulator.rules import Refusal

ORDERS_PER_SIDE = 20
_PRECAUTIONS = {
    "110": rules.OFF_TICK,
    "451": Refusal(451, "The order value estimate exceeds the Total Value Limit set in the order precautions."),
    "109": Refusal(
        109,
        "Price is out of the range defined by the Percentage setting at order defaults frame. "
        "The order will not be transmitted.",
    ),
    "163": Refusal(
        163, "The price specified would violate the percentage constraint specified in the default order settings."
    ),
    "383": Refusal(383, "The size specified violates the size constraint specified in the default order settings."),
}


class Admission:
    """Checks placements. `side_limit` is how many active orders an account may have per contract and side."""

    def __init__(
        self, book: Book, catalogue: Catalogue, accounts: Accounts, faults: Faults, clock: SchedulerPort
    ) -> None:
        self.side_limit: int | None = ORDERS_PER_SIDE
        self._book = book
        self._catalogue = catalogue
        self._accounts = accounts
        self._faults = faults
        self._clock = clock

    def resolve(self, query: ContractQuery, terms: Terms) -> Contract | Refusal:
        """The one contract that is meant, or why there is none."""
        if query.sec_type == "BAG":
            combo = combos.combo_contract(query, terms.legs, self._catalogue)
            return combo if isinstance(combo, Contract) else Refusal(*combo)
        contradiction = rules.contradiction(query, self._catalogue.contracts.get(query.con_id))
        if contradiction is not None:
            return contradiction
        rows = self._catalogue.resolve(query)
        if not rows:
            return rules.NO_SUCH_CONTRACT
        if len(rows) > 1:
            return rules.ambiguous(query.symbol)
        return rows[0]

    def complete(self, terms: Terms) -> Terms:
        """The terms with what TWS fills in: the only account, the type of a group."""
        names, advisor = self._accounts.names(), self._accounts.advisor
        account = terms.account or (names[0] if len(names) == 1 else "")
        oca_type = terms.oca_type or (3 if terms.oca_group else 0)
        if advisor is None:
            return replace(terms, account=account, oca_type=oca_type, fa_group="", fa_method="")
        if terms.fa_group:
            account, method = advisor.account, terms.fa_method or DEFAULT_METHOD
            return replace(terms, account=account, oca_type=oca_type, fa_method=method)
        return replace(terms, account=account, oca_type=oca_type)

    def check(self, client_id: int, terms: Terms, contract: Contract) -> Refusal | None:
        """The precaution or the rule that stops a placement, or None."""
        stopped = next((text for name, text in _PRECAUTIONS.items() if self._faults.take(name, client_id)), None)
        return stopped or self.check_terms(terms, contract)

    def check_terms(self, terms: Terms, contract: Contract) -> Refusal | None:
        """The rule that stops an order whoever makes it, or None."""
        refusal = rules.check_terms(terms, contract, self._catalogue, self._clock.now())
        return refusal or self._check_account(terms)

    def _check_account(self, terms: Terms) -> Refusal | None:
        """Several accounts need an account, an advisor's login an account or a group that it has."""
        advisor = self._accounts.advisor
        if not terms.account and advisor is None:
            return rules.validating("You must specify an account.")
        if not terms.account:
            return Refusal(436, "You must specify an allocation (either a single account, group, or profile).")
        if terms.fa_group and advisor is not None:
            if terms.fa_group not in advisor.groups:
                return rules.validating(f"Group '{terms.fa_group}' does not exist")
            if terms.fa_method not in METHODS:
                return rules.validating("Invalid FA method specified")
        return None

    def broker_refusal(self, order: Order) -> str | None:
        """Why the broker does not take a transmitted order, or None."""
        if order.terms.account not in self._accounts.names():
            return "Invalid or missing IBCustAcctNo"
        if self.side_limit is not None and self._active_beside(order) >= self.side_limit:
            return (
                f"Your account has a minimum of {self.side_limit} orders working on either the buy or sell side "
                "for this particular contract"
            )
        parts = allocated(order.terms, order.terms.quantity, order.contract.size_step, self._accounts)
        found = (self._short_of_margin(order, account, units) for account, units in parts.items() if units)
        return next((text for text in found if text is not None), None)

    def _short_of_margin(self, order: Order, account: str, units: Decimal) -> str | None:
        order = replace(order, terms=replace(order.terms, account=account, quantity=units))
        before = self._accounts.margins(account)
        after = combos.margins_after(order, self._accounts, self._catalogue)
        if after.initial > before.initial and after.initial > after.equity:
            return (
                "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE "
                f"[{after.equity} USD] MUST EXCEED THE INITIAL MARGIN [{after.initial} USD]"
            )
        return None

    def _active_beside(self, order: Order) -> int:
        terms, con_id = order.terms, order.contract.con_id
        return sum(
            1
            for other in self._book.live()
            if other.contract.con_id == con_id
            and other.terms.sign == terms.sign
            and other.terms.account == terms.account
            and other.perm_id != order.perm_id
        )
