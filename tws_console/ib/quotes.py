"""Subscriptions that stay: quotes, and the profit and loss of accounts and positions. Each is asked for once per link.

Owns which request id stands for what. Imports model, encoder and tap.
"""

from __future__ import annotations

from collections.abc import Callable

from tws_console.ib.encoder import Encoder
from tws_console.ib.tap import Subscriptions
from tws_console.model.instrument import Instrument


class Feeds:
    """`ask` posts a message; `market_data_type` is told once, before the first quote."""

    def __init__(
        self,
        encoder: Encoder,
        subscriptions: Subscriptions,
        new_id: Callable[[], int],
        ask: Callable[[bytes], None],
        market_data_type: int,
    ) -> None:
        self._encoder = encoder
        self._subscriptions = subscriptions
        self._new_id = new_id
        self._ask = ask
        self._market_data_type = market_data_type
        self._type_told = False

    def watch_quote(self, instrument: Instrument) -> None:
        if instrument.con_id in self._subscriptions.quotes.values():
            return
        if not self._type_told:
            self._type_told = True
            self._ask(self._encoder.market_data_type(self._market_data_type))
        request_id = self._new_id()
        self._subscriptions.quotes[request_id] = instrument.con_id
        self._ask(self._encoder.quote(request_id, instrument))

    def unwatch_quote(self, con_id: int) -> None:
        for request_id, known in list(self._subscriptions.quotes.items()):
            if known == con_id:
                del self._subscriptions.quotes[request_id]
                self._ask(self._encoder.cancel_quote(request_id))

    def watch_account_pnl(self, account: str) -> None:
        if account in self._subscriptions.pnl.values():
            return
        request_id = self._new_id()
        self._subscriptions.pnl[request_id] = account
        self._ask(self._encoder.account_pnl(request_id, account))

    def watch_position_pnl(self, account: str, con_id: int) -> None:
        if (account, con_id) in self._subscriptions.position_pnl.values():
            return
        request_id = self._new_id()
        self._subscriptions.position_pnl[request_id] = (account, con_id)
        self._ask(self._encoder.position_pnl(request_id, account, con_id))

    def renew(self) -> None:
        """Ask for every profit and loss again; the earlier subscriptions end, should TWS have kept them."""
        accounts, positions = self._subscriptions.pnl, self._subscriptions.position_pnl
        for request_id, account in list(accounts.items()):
            del accounts[request_id]
            self._ask(self._encoder.cancel_account_pnl(request_id))
            self.watch_account_pnl(account)
        for request_id, (account, con_id) in list(positions.items()):
            del positions[request_id]
            self._ask(self._encoder.cancel_position_pnl(request_id))
            self.watch_position_pnl(account, con_id)
