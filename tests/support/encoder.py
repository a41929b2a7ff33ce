"""ib_async's request encoder for the simulator's tests: what it would send, as fields."""

from ib_async.client import Client
from ib_async.wrapper import Wrapper


class Encoder(Client):
    """ib_async's client without a socket: keeps what it would send."""

    def __init__(self, version: int) -> None:
        super().__init__(Wrapper.__new__(Wrapper))  # type: ignore[no-untyped-call]
        self._serverVersion = version
        self.fields: list[str] = []

    def isConnected(self) -> bool:
        return True

    def sendMsg(self, msg: str) -> None:
        self.fields = msg.split("\0")[:-1]
