"""Real money: which accounts must be armed before an order goes out, and where settings and login disagree. Pure;
imports model.

IBKR prefixes paper accounts DU, and DF for an advisor; every other account is a live one, whatever the profile says.
The ports are the defaults of TWS and IB Gateway (IBKR Campus TWS API docs, "Connectivity").
"""

from __future__ import annotations

from tws_console.model.session import Mode, SessionState, is_paper_account

LIVE_PORTS = frozenset((7496, 4001))
PAPER_PORTS = frozenset((7497, 4002))


def phrase(account: str) -> str:
    """What has to be typed to trade that account."""
    return f"trade live {account}"


def needs_arming(state: SessionState, account: str) -> bool:
    """A live account always, and every account of a profile that says live."""
    return state.mode is Mode.LIVE or not is_paper_account(account)


def armable(state: SessionState) -> tuple[str, ...]:
    """The accounts that can be armed: the pinned one alone when there is one."""
    accounts = (state.pinned_account,) if state.pinned_account else state.accounts
    return tuple(account for account in accounts if account in state.accounts and needs_arming(state, account))


def not_armed(state: SessionState, account: str) -> str:
    """Why no order goes out for this account yet, one sentence with the phrase; empty when it may."""
    if not needs_arming(state, account) or account in state.armed:
        return ""
    return f"{account} is not armed: the phrase for this run is {phrase(account)}"


def unarmed(state: SessionState) -> str:
    """Why no order goes out at all before something is armed, empty when one may."""
    if not state.accounts:
        return "nothing is armed." if state.mode is Mode.LIVE else ""
    if any(not not_armed(state, account) for account in state.accounts):
        return ""
    return "arm in the palette (^P)."


def contradictions(state: SessionState) -> tuple[str, ...]:
    """Where profile, port and accounts do not say the same, one sentence each."""
    live = tuple(account for account in state.accounts if not is_paper_account(account))
    paper = tuple(account for account in state.accounts if is_paper_account(account))
    found = []
    if live and state.mode is not Mode.LIVE:
        what = "is no paper account" if len(live) == 1 else "are no paper accounts"
        found.append(f"the profile says {state.mode.value}, but {', '.join(live)} {what} (DU, DF): taken as live")
    if paper and state.mode is Mode.LIVE:
        what = "is a paper account" if len(paper) == 1 else "are paper accounts"
        found.append(f"the profile says live, but {', '.join(paper)} {what}")
    if state.port in LIVE_PORTS and state.mode is not Mode.LIVE:
        found.append(f"port {state.port} is the usual one of live accounts, but the profile says {state.mode.value}")
    if state.port in PAPER_PORTS and (state.mode is Mode.LIVE or live):
        found.append(f"port {state.port} is the usual one of paper accounts, but this is a live one")
    return tuple(found)
