"""Owns which troubles are switched on, for whom and how often. Imports nothing of the package; others ask it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

# Name -> (default number of uses, None = until cleared; what it does). Names with 0 uses act once, when raised.
FAULTS: dict[str, tuple[int | None, str]] = {
    "drop": (0, "close the sockets of all clients, or of client="),
    "stall": (None, "stop reading and writing; what was held back is sent when it ends (seconds=)"),
    "half-open": (None, "stop reading and writing for good; what would be sent is lost"),
    "split-frames": (None, "send every message in small pieces"),
    "1100": (
        0,
        "the link to the broker is lost: no fills, no acknowledgements, no ticks (seconds= restores with 1102)",
    ),
    "1101": (0, "the link is back, market data subscriptions are lost"),
    "1102": (0, "the link is back, subscriptions are kept"),
    "2110": (0, "as 1100, with the other message"),
    "farm-flap": (0, "farm=market, history or secdef is broken (2103, 2105, 2157), and OK again after seconds= (1)"),
    "in-use": (None, "refuse the client id of new connections with 326"),
    "id-rollback": (None, "count order ids from by= (4) lower than before; ids of ended orders are reissued"),
    "no-push": (None, "push no open orders when a client connects"),
    "untrusted": (None, "hold the handshake until somebody accepts the connection (clear); other machines are dropped"),
    "10141": (None, "answer a start with 10141 until the paper trading disclaimer is accepted (clear)"),
    "1300": (0, "drop everybody and move to another port (port=, or a free one)"),
    "drop-placement": (1, "ignore a placement silently"),
    "double-perm": (1, "let one placement or change become two live orders under one number"),
    "late-fill": (1, "fill an order while its cancel is pending, or after=cancelled"),
    "10147": (1, "refuse a cancel with 10147 though the order is cancelled"),
    "slow-ack": (1, "acknowledge an order after seconds= (2); changes and cancels get 2102 before"),
    "10006": (1, "refuse a child of a bracket because its parent has not arrived yet"),
    "10328": (1, "lose the connection while an order is on its way: 10328, and the order lives"),
    "early-execution": (1, "tell the execution of an order before the order itself"),
    "late-execution": (1, "tell an execution seconds= (1) after the order shows it"),
    "late-commission": (None, "send the fees of a fill after seconds= (2)"),
    "duplicates": (None, "send every orderStatus twice"),
    "localised": (None, "write refusals and cancellations in French and Latin-1, as a localised TWS on Windows does"),
    "no-status": (None, "send no orderStatus"),
    "late-end": (None, "delay the end of an order list by seconds= (2)"),
    "no-end": (None, "never send the end of an order list"),
    "no-execution-end": (None, "send no end when no execution passes the filter"),
    "undecodable": (1, "add a malformed openOrder to the next order list"),
    "399": (1, "accept an order with the warning that it waits for the opening"),
    "404": (1, "hold an order while securities are located"),
    "10349": (1, "tell that a preset changed the time in force; the order lives"),
    "2161": (1, "tell that the price of an order is capped; the order lives"),
    "451": (1, "refuse an order by a precaution on its total value"),
    "201": (1, "reject an order at the broker (reason=; first=error sends the error before the order)"),
    "109": (1, "refuse an order by the percentage range of the order defaults"),
    "163": (1, "refuse an order by the percentage precaution"),
    "383": (1, "refuse an order by the size precaution"),
    "silent-hold": (1, "hold an order without a word until somebody clicks (clear)"),
    "cancel-by-other": (1, "refuse a cancel because another user's is under way (201)"),
    "venue-closed": (None, "leave cancels unanswered, PendingCancel, until the venue opens (seconds=, or clear)"),
    "110": (1, "refuse an order by its price increment"),
    "slow-whatif": (None, "answer previews after seconds= (3)"),
    "unset-whatif": (1, "answer a preview without margins before the real answer"),
    "no-whatif": (None, "never answer previews"),
    "read-only": (None, "refuse orders, cancels and completed orders with 321"),
    "pacing": (None, "refuse more than rate= (50) messages per second with 100; the third time the socket closes"),
    "ledger-prefix": (None, "write the account values per currency under $LEDGER- keys"),
    "silent-accept": (None, "accept new connections but never answer the handshake"),
    "survivor": (None, "one order (perm=, or the first) survives a global cancel"),
    "no-global-cancel": (None, "ignore global cancels silently"),
    "lying-list": (None, "answer order lists as if there were no orders"),
    "restart": (
        0,
        "close all sockets and the port, listen again after seconds= (2); orders that were not sent are gone",
    ),
}

FARMS = ("market", "history", "secdef")
OPTIONS = ("after", "by", "client", "count", "farm", "first", "kind", "perm", "port", "rate", "reason", "seconds")
_WHOLE = ("count", "client", "rate", "by", "port", "perm")
# Here seconds= is how late something comes, not when the fault ends.
_DELAYS = frozenset({"late-end", "slow-whatif", "slow-ack", "late-execution", "late-commission"})


@dataclass(slots=True)
class Fault:
    """One fault that is on."""

    name: str
    options: dict[str, str]
    uses: int | None
    client_id: int | None
    ends_at: float | None

    def seconds(self, default: float) -> float:
        """The seconds= option."""
        return float(self.options.get("seconds", default))


def _check(options: dict[str, str]) -> None:
    unknown = next((key for key in options if key not in OPTIONS), None)
    if unknown is not None:
        raise ValueError(f"no option is named {unknown}; known: {' '.join(OPTIONS)}")
    for key in _WHOLE:
        if not options.get(key, "0").removeprefix("-").isdecimal():
            raise ValueError(f"{key}= is a whole number, not {options[key]}")
    if not options.get("seconds", "0").replace(".", "", 1).isdecimal():
        raise ValueError(f"seconds= is a number, not {options['seconds']}")


class Faults:
    """All faults that are on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._on: dict[str, Fault] = {}

    def switch_on(self, name: str, options: dict[str, str]) -> Fault:
        """Raise a fault. The names and the numbers of its options are checked here; ValueError says what is wrong."""
        if name not in FAULTS:
            raise ValueError(f"no fault is named {name}; known: {' '.join(FAULTS)}")
        _check(options)
        uses = int(options["count"]) if "count" in options else FAULTS[name][0]
        client = int(options["client"]) if "client" in options else None
        if options.get("farm", "market") not in FARMS:
            raise ValueError(f"farm= is one of {' '.join(FARMS)}")
        for number in ("rate", "by", "port"):
            if int(options.get(number, 1)) < 1:
                raise ValueError(f"{number}= is a whole number from 1 on")
        fault = Fault(name, options, uses, client, None)
        lasting = name in _DELAYS or FAULTS[name][0] == 0
        if fault.seconds(0) > 0 and not lasting:
            fault.ends_at = self._clock() + fault.seconds(0)
        if FAULTS[name][0] != 0:
            self._on[name] = fault
        return fault

    def clear(self, name: str) -> None:
        """Switch one fault off, or every one with `all`. ValueError for an unknown name."""
        if name == "all":
            self._on.clear()
        elif name in FAULTS:
            self._on.pop(name, None)
        else:
            raise ValueError(f"no fault is named {name}; known: {' '.join(FAULTS)}")

    def active(self, name: str, client_id: int | None = None) -> Fault | None:
        """The fault if it is on for this client; a use is not counted."""
        fault = self._on.get(name)
        if fault is None:
            return None
        if fault.ends_at is not None and self._clock() >= fault.ends_at:
            del self._on[name]
            return None
        if fault.client_id is not None and fault.client_id != client_id:
            return None
        return fault

    def take(self, name: str, client_id: int | None = None) -> Fault | None:
        """As `active`, and one use is spent."""
        fault = self.active(name, client_id)
        if fault is not None and fault.uses is not None:
            fault.uses -= 1
            if fault.uses <= 0:
                self._on.pop(name, None)
        return fault

    def names(self) -> list[str]:
        """Names of the faults that are on."""
        return [name for name in list(self._on) if self.active(name, self._on[name].client_id)]
