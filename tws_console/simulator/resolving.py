"""Owns which listing a request for data means, and the errors when it means none. Imports `gateway`, `contracts`.

Texts as in IBKR Campus TWS API docs, Error Codes, and as users of real Gateways have reported them.
"""

from dataclasses import replace

from tws_console.simulator import rules
from tws_console.simulator.contracts import CONTINUOUS, SEC_TYPES, Contract, ContractQuery
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.session import Session

BOTH_FUTURES = ("FUT+CONTFUT", "CONTFUT+FUT")


def listings(gateway: Gateway, session: Session, request_id: int, query: ContractQuery) -> list[Contract]:
    """Every listing that a description fits; when there is none the client gets error 200, 321 or 478."""
    if query.sec_type and query.sec_type not in SEC_TYPES:
        refuse_type(session, request_id)
        return []
    named = None if query.sec_type == CONTINUOUS else gateway.catalogue.contracts.get(query.con_id)
    refusal = rules.contradiction(query, named)
    if refusal is not None:
        session.send_error(request_id, refusal.code, refusal.text)
        return []
    find = gateway.catalogue.continuous if query.sec_type == CONTINUOUS else gateway.catalogue.resolve
    rows = find(query)
    if not rows:
        session.send_error(request_id, rules.NO_SUCH_CONTRACT.code, rules.NO_SUCH_CONTRACT.text)
    return rows


def described(gateway: Gateway, session: Session, request_id: int, query: ContractQuery) -> list[Contract]:
    """The same for a request for details, which can ask for a series and its continuous contract at once.

    The months come first and the continuous contract last (github userFRM/ibkr-dx).
    """
    if query.sec_type not in BOTH_FUTURES:
        return listings(gateway, session, request_id, query)
    months = listings(gateway, session, request_id, replace(query, sec_type="FUT"))
    return [*months, *gateway.catalogue.continuous(query)] if months else []


def refuse_type(session: Session, request_id: int) -> None:
    """Error 321 for a security type that does not exist, or that a request is not made for."""
    session.send_error(request_id, 321, "Error validating request.-'bQ' : cause - Please enter a valid security type")


def one_contract(gateway: Gateway, session: Session, request_id: int, query: ContractQuery) -> Contract | None:
    """The one listing that a request means; otherwise the client gets error 200, or 478."""
    rows = listings(gateway, session, request_id, query)
    if len(rows) > 1:
        refusal = rules.ambiguous(query.symbol)
        session.send_error(request_id, refusal.code, refusal.text)
    return rows[0] if len(rows) == 1 else None
