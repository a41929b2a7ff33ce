"""No order id is given out twice, whatever TWS offers. Imports model and ports only."""

from __future__ import annotations

from tws_console.engine.ports import JournalPort, LinkPort
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.model.notice import Tone
from tws_console.model.session import login


class OrderIds:
    """Raises a new link's ids above every one that the journal knows of its login and client id."""

    def __init__(self, session: Session, journal: JournalPort, shared: Shared) -> None:
        self._session = session
        self._journal = journal
        self._shared = shared

    async def prepare(self, link: LinkPort) -> None:
        """Before the link counts as up. Without the journal nothing is placed, the rest goes on."""
        try:
            high, spoken = await self._journal.high_water(login(link.accounts), link.client_id)
        except OSError as error:
            self._shared.notices.add(Tone.BAD, f"no order can be placed: {error}")
            return
        link.raise_order_id(high + 1)
        # An id that was meant and never arrived says nothing; one that TWS has spoken of is offered again only after
        # a restart that lost it (LEAN issue 242).
        if spoken >= link.next_valid_id:
            self._rolled_back(link, high)

    def _rolled_back(self, link: LinkPort, high: int) -> None:
        now, offered = self._shared.clock.now(), link.next_valid_id
        self._session.tws_gone_at = now
        self._journal.record_event(
            "id-rollback", {"client_id": link.client_id, "offered": offered, "used": high}, at=now
        )
        self._shared.notices.add(
            Tone.WARN,
            f"TWS offers order id {offered}, but {high} was used already: going on from {high + 1}. TWS has been set "
            "back or restarted: look whether orders are missing.",
        )
