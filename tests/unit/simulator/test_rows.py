"""Rows as ib_async's decoder reads them at every server version: the last gated fields prove the positions."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ib_async import Contract, ContractDetails, Execution, Order, OrderState
from ib_async.decoder import Decoder
from ib_async.util import UNSET_DOUBLE, UNSET_INTEGER

from tws_console.simulator import messages, order_messages
from tws_console.simulator.gateway import Gateway, Settings
from tws_console.simulator.scenarios import fill_gateway, load_scenario

VERSIONS = [version for version in range(157, 179) if version != 158]


class Sink:
    """Takes every callback of the decoder."""

    ib: Any = None
    defaultTimezone = UTC

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: self.calls.append((name, args))


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    filled = Gateway(Settings())
    fill_gateway(filled, load_scenario("default"))
    return filled


def _decoded(raw: bytes, version: int) -> tuple[Any, ...]:
    sink = Sink()
    decoder = Decoder(sink, version)  # type: ignore[arg-type]
    fields = raw[4:].decode().split("\0")[:-1]
    getattr(decoder, decoder.handlers[int(fields[0])].__name__)(fields)
    [(_, args)] = sink.calls
    return args


@pytest.mark.parametrize("version", VERSIONS)
def test_open_order_decodes_whole_when_version_is(gateway: Gateway, version: int) -> None:
    for held in gateway.exchange.book.live():
        order_id, contract, order, state = _decoded(order_messages.open_order(held, version), version)
        assert isinstance(contract, Contract)
        assert isinstance(order, Order)
        assert isinstance(state, OrderState)
        assert (order_id, order.clientId, order.permId) == (held.order_id, held.shown_client, held.perm_id)
        assert (order.tif, order.account, order.orderRef) == (held.terms.tif, held.terms.account, held.terms.order_ref)
        assert state.status == held.status
        assert order.deltaNeutralOrderType == "None"
        assert order.ocaType == 3
        assert order.usePriceMgmtAlgo == (held.terms.order_type == "LMT")
        assert order.clearingIntent == "IB"
        if version >= 160:
            assert (order.duration, order.postToAts) == (UNSET_INTEGER, UNSET_INTEGER)
        if version >= 170:
            assert order.midOffsetAtHalf == UNSET_DOUBLE


@pytest.mark.parametrize("version", VERSIONS)
def test_completed_order_decodes_whole_when_version_is(gateway: Gateway, version: int) -> None:
    for held in gateway.exchange.book.completed:
        contract, order, state = _decoded(order_messages.completed_order(held, version), version)
        assert contract.symbol == held.contract.symbol
        assert order.permId == held.perm_id
        assert order.filledQuantity == held.filled
        assert state.completedStatus == held.completed_status
        assert state.completedTime.endswith("US/Eastern")


@pytest.mark.parametrize("version", VERSIONS)
def test_execution_decodes_whole_when_version_is(gateway: Gateway, version: int) -> None:
    Sink.ib = type("Settings", (), {"TimezoneTWS": "US/Eastern"})
    for held in gateway.exchange.book.executions:
        request_id, contract, execution = _decoded(order_messages.execution_details(held, 5, version), version)
        assert isinstance(execution, Execution)
        assert (request_id, contract.conId) == (5, held.order.contract.con_id)
        assert execution.time == held.at.replace(microsecond=0)
        assert execution.lastLiquidity == (1 if held.added else 2)


@pytest.mark.parametrize("version", VERSIONS)
def test_contract_details_decode_whole_when_version_is(gateway: Gateway, version: int) -> None:
    for contract in gateway.catalogue.contracts.values():
        raw = messages.contract_details(5, contract, "SMART", datetime.now(UTC), version)
        _, details = _decoded(raw, version)
        assert isinstance(details, ContractDetails)
        assert details.contract is not None
        assert details.contract.conId == contract.con_id
        assert details.longName == contract.long_name
        assert details.stockType == contract.stock_type
        if version >= 164:
            assert details.minSize == details.sizeIncrement == float(contract.size_step)


@pytest.mark.parametrize("version", [157, 175, 176, 178])
def test_search_decodes_when_version_is(gateway: Gateway, version: int) -> None:
    found = [(row, ["OPT"]) for row in gateway.catalogue.search("A")]
    _, samples = _decoded(messages.symbol_samples(5, found, version), version)
    assert [row.contract.conId for row in samples] == [contract.con_id for contract, _ in found]
