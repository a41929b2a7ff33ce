"""Messages as TWS writes them at protocol version 178, for tests of what is read from them."""

from __future__ import annotations

from collections.abc import Mapping

UNSET = "1.7976931348623157E308"


def raw(*fields: object) -> bytes:
    """A frame's body, without its length."""
    return ("\0".join(str(field) for field in fields) + "\0").encode()


def framed(*fields: object) -> bytes:
    body = raw(*fields)
    return len(body).to_bytes(4, "big") + body


def order_fields(perm_id: int = 9001, order_id: int = 5, client_id: int = 7, **changed: str) -> list[str]:
    """openOrder of a plain stock limit order. `changed` replaces fields by the names below."""
    values = {"status": "Submitted", "price": "187.50", "quantity": "100", "type": "LMT", "aux": "0.0", "what_if": "0"}
    values |= {
        "margin": UNSET,
        "legs": "0",
        "tif": "DAY",
        "ref": "",
        "parent": "0",
        "commission": UNSET,
        "outside": "0",
    }
    values |= changed
    head = ["5", str(order_id), "265598", "AAPL", "STK", "", "0", "?", "", "SMART", "USD", "AAPL", "NMS", "BUY"]
    head += [
        values["quantity"],
        values["type"],
        values["price"],
        values["aux"],
        values["tif"],
        "",
        "DU1234567",
        "",
        "0",
    ]
    head += [values["ref"], str(client_id), str(perm_id), values["outside"], "0", "0", "", "", "", "", ""]
    return head + _middle(values) + _end(values)


def _middle(values: Mapping[str, str]) -> list[str]:
    fields = ["", "", "", "", "", "0", "", "-1", "0", "", "", "", "", "", "", "0", "0", "0", "", "3", "0", "0", ""]
    fields += [
        values["parent"],
        "0",
        "",
        "0",
        "None",
        "",
        "0",
        "",
        "",
        "",
        "",
        "0",
        "0",
        "",
        "0",
        "",
        "",
        "",
        "",
        "",
        "",
    ]
    return [*fields, values["legs"], "0", "0", "", "", "", "", "0", "", "IB", "0", "0", "", "0"]


def _end(values: Mapping[str, str]) -> list[str]:
    margin = values["margin"]
    state = [
        values["what_if"],
        values["status"],
        margin,
        margin,
        margin,
        margin,
        margin,
        margin,
        margin,
        margin,
        margin,
    ]
    state += [values["commission"], UNSET, UNSET, "USD", "", "0", "0", "0"]
    tail = ["None", UNSET, "188.5", UNSET, UNSET, UNSET, UNSET, "0", "", "", "", "0", "1", "0", "0", "1"]
    return [*state, *tail, "", "0", "0", "", "", "", "", ""]


def status_fields(perm_id: int = 9001, order_id: int = 5, client_id: int = 7, status: str = "Submitted") -> list[str]:
    return ["3", str(order_id), status, "0", "100", "0", str(perm_id), "0", "0", str(client_id), "", "0"]


def execution_fields(
    request_id: int = -1, time: str = "20260825 14:11:30 US/Eastern", exec_id: str = "e.1.01"
) -> list[str]:
    contract = ["265598", "AAPL", "STK", "", "0.0", "", "", "NASDAQ", "USD", "AAPL", "NMS"]
    fill = ["e.1.01", time, "DU1234567", "NASDAQ", "BOT", "30", "187.48", "9001", "7", "0", "30", "187.48", "ref"]
    return ["11", str(request_id), "5", *contract, *fill, "", "", "", "2", "0"]


def contract_fields(request_id: int, name: str = "APPLE INC", min_tick: str = "0.01") -> list[str]:
    head = ["10", str(request_id), "AAPL", "STK", "", "0", "", "SMART", "USD", "AAPL", "NMS", "NMS", "265598", min_tick]
    middle = ["", "LMT,MKT,STP", "SMART,NASDAQ", "1", "0", name, "NASDAQ", "", "Technology", "Computers", "Computers"]
    hours = ["US/Eastern", "20261123:0400-20261123:2000", "20261123:0930-20261123:1600", "", "", "0"]
    return [*head, *middle, *hours, "1", "", "", "26,26", "", "COMMON", "1", "1", "100"]
