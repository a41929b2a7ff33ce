"""Owns which listing a request for data means, and the errors when it means none. Imports `gateway`, `contracts`.

Texts as in IBKR Campus TWS API docs, Error Codes, and as users of real Gateways have reported them.
"""

from tws_console.simulator import rules
from tws_console.simulator.contracts import CONTINUOUS, Contract, ContractQuery
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.session import Session


def listings(gateway: Gateway, session: Session, request_id: int, query: ContractQuery) -> list[Contract]:
    """Every listing that a description fits; when there is none the client gets error 200, or 478."""
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


def one_contract(gateway: Gateway, session: Session, request_id: int, query: ContractQuery) -> Contract | None:
    """The one listing that a request means; otherwise the client gets error 200, or 478."""
    rows = listings(gateway, session, request_id, query)
    if len(rows) > 1:
        refusal = rules.ambiguous(query.symbol)
        session.send_error(request_id, refusal.code, refusal.text)
    return rows[0] if len(rows) == 1 else None
