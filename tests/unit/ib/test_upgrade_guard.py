"""What is leaned on in ib_async. When one of these fails after an upgrade, read its encoder and decoder first."""

from __future__ import annotations

import inspect
from importlib.metadata import version

from ib_async.client import Client
from ib_async.decoder import Decoder

from tws_console.ib.panic_socket import GREETING, MAX_VERSION, MIN_VERSION

OWN = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 15, 49, 52, 53, 55, 58, 59, 61, 62, 63, 64, 73, 79, 93, 94, 95, 100, 101, 102)


def test_ib_async_is_the_pinned_version_when_installed() -> None:
    assert version("ib_async") == "2.1.0"


def test_client_offers_the_versions_we_read_when_it_greets() -> None:
    assert (Client.MinClientVersion, Client.MaxClientVersion) == (MIN_VERSION, MAX_VERSION) == (157, 178)
    assert GREETING == b"API\0\0\0\0\x09v157..178"


def test_client_send_ends_in_send_msg_when_it_encodes() -> None:
    sent: list[str] = []

    class Recorder(Client):
        def isConnected(self) -> bool:
            return True

        def sendMsg(self, msg: str) -> None:
            sent.append(msg)

    Recorder(None).send(58, 1, "text", True, None)  # type: ignore[no-untyped-call]
    assert sent == ["58\x001\0text\x001\0\0"]


def test_decoder_has_what_the_tap_overrides_when_looked_at() -> None:
    decoder = Decoder(object(), 178)  # type: ignore[arg-type]
    assert set(OWN) <= set(decoder.handlers)
    assert decoder.serverVersion == 178
    assert list(inspect.signature(Decoder.interpret).parameters) == ["self", "fields"]
    assert list(inspect.signature(Decoder.parse).parameters) == ["self", "obj"]


def test_decoder_hands_over_what_the_sink_takes_when_it_decodes() -> None:
    source = inspect.getsource(Decoder)
    for call in (
        "self.wrapper.openOrder(o.orderId, c, o, st)",
        "self.wrapper.completedOrder(c, o, st)",
        "self.wrapper.contractDetails(int(reqId), cd)",
        "self.wrapper.symbolSamples(int(reqId), cds)",
    ):
        assert call in source
