"""A stop of some orders only: of a symbol, a client, an account, a side, or of marked rows. Imports model and ports.

It freezes nothing and never sends the cancel of everything. Each order goes by its permId, on the connection that owns
it or by takeover; those entered by hand are named, as no client can cancel them by number. The proof is the same: two
complete lists without anything in the scope, and an end that the broker witnessed for each.
"""

from __future__ import annotations

from datetime import datetime

from tws_console.engine.evidence import Evidence
from tws_console.engine.stop_parts import StopParts
from tws_console.model.order_scope import OrderScope, scope_of

NO_LINK = "no connection to TWS: nothing was cancelled yet"


def scoped_evidence(scope: OrderScope, parts: StopParts, now: float, wall: datetime) -> Evidence:
    """The beginning of a scoped stop at monotonic seconds `now`: it answers for the orders in the scope, and what the
    main connection says from now on can prove it.
    """
    evidence = Evidence(now, wall, scope_of(parts.book.orders.values(), scope), scope.holds)
    link = parts.session.link
    if link is None:
        evidence.note(NO_LINK)
    else:
        evidence.watch(now, link, lambda: parts.session.state.lamps)
    return evidence
