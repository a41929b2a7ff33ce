"""Owns how fast a client may send. Imports `faults` and `session`.

With "Reject messages above maximum allowed message rate" a message too many is refused with error 100, and the third
refusal ends the connection (source: IBKR Campus TWS API docs, Pacing Limitations). Without it TWS queues, which a
simulator that answers at once need not show.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from tws_console.simulator.faults import Faults
from tws_console.simulator.session import Session

DEFAULT_RATE = 50
MAX_STRIKES = 3
TOO_FAST = 100


@dataclass(slots=True)
class _Meter:
    """When a client sent its last messages, and how often it was too fast."""

    times: deque[float] = field(default_factory=deque)
    strikes: int = 0


class Pacing:
    """Counts messages per connection while the fault `pacing` is on."""

    def __init__(self, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self._faults = faults
        self._clock = clock
        self._meters: WeakKeyDictionary[Session, _Meter] = WeakKeyDictionary()

    def admits(self, session: Session) -> bool:
        """Whether a message may be acted on; refuses it and closes the connection otherwise."""
        fault = self._faults.active("pacing", session.client_id)
        if fault is None:
            return True
        rate = int(fault.options.get("rate", DEFAULT_RATE))
        meter, now = self._meters.setdefault(session, _Meter()), self._clock()
        meter.times.append(now)
        while meter.times[0] <= now - 1:
            meter.times.popleft()
        if len(meter.times) <= rate:
            return True
        meter.strikes += 1
        text = f"Max rate of messages per second has been exceeded:max={rate} rec={len(meter.times)} ({meter.strikes})"
        meter.times.clear()
        session.send_error(-1, TOO_FAST, text)
        if meter.strikes >= MAX_STRIKES:
            session.close()
        return False
