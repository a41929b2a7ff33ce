"""Why a connection was not made, in one sentence, and what to do about it, most likely first. Pure; imports model
only.

Menus and settings: IBKR Campus TWS API docs, "TWS Settings"; ports: the same, "Connectivity". That TWS takes a
connection and says nothing while its accept dialog is open was reported by users of IBC and ib_insync.
"""

from __future__ import annotations

from tws_console.model.session import NOTHING_LISTENS, ConnectFailed, StageName

SETTINGS = "TWS > File > Global Configuration > API > Settings"
PORTS = "Usual ports: TWS 7497 paper and 7496 live, Gateway 4002 paper and 4001 live."
ENABLE = f"{SETTINGS}: tick Enable ActiveX and Socket Clients (Gateway: Configure > Settings > API > Settings)."
TRUST = f"{SETTINGS}: add this machine to Trusted IPs, or untick Allow connections from localhost only."
DIALOG = "A dialog waits in TWS: Accept incoming connection? Answer Yes."


def refused(host: str, port: int) -> ConnectFailed:
    return ConnectFailed(
        StageName.TCP,
        f"Nothing listens on {host}:{port}.",
        ("Start TWS or IB Gateway and log in.", f"{SETTINGS}: Socket port must be {port}. {PORTS}", ENABLE),
        NOTHING_LISTENS,
    )


def unreachable(host: str, port: int, why: str) -> ConnectFailed:
    return ConnectFailed(
        StageName.TCP,
        f"{host}:{port} cannot be reached: {why}.",
        (f"Check the network and the host name {host}.", f"Check that a firewall lets port {port} through."),
    )


def unknown_host(host: str) -> ConnectFailed:
    return ConnectFailed(
        StageName.TCP,
        f"The name {host} is not known.",
        ("Check the host in the profile or the flag.", "TWS on this machine is 127.0.0.1."),
    )


def no_connection(host: str, port: int, seconds: float) -> ConnectFailed:
    return ConnectFailed(
        StageName.TCP,
        f"{host}:{port} did not answer the connection request in {seconds:g} s.",
        (
            f"Check that the machine {host} is on and reachable.",
            f"A firewall may drop port {port} silently.",
            f"Check the port. {PORTS}",
        ),
    )


def no_greeting(port: int, seconds: float) -> ConnectFailed:
    return ConnectFailed(
        StageName.HANDSHAKE,
        f"The port is open but TWS does not greet: no answer in {seconds:g} s.",
        (DIALOG, ENABLE, TRUST, f"Another program owns port {port}. {PORTS}"),
    )


def closed_at_greeting(host: str, port: int) -> ConnectFailed:
    return ConnectFailed(
        StageName.HANDSHAKE,
        f"TWS at {host}:{port} closed the connection without a greeting.",
        (TRUST, ENABLE, "TWS takes at most 32 clients: close one.", f"Another program owns port {port}. {PORTS}"),
    )


def not_tws(host: str, port: int) -> ConnectFailed:
    return ConnectFailed(
        StageName.HANDSHAKE,
        f"Something else than TWS answers on {host}:{port}.",
        (f"Check the port. {PORTS}", f"{SETTINGS}: Socket port shows the right one."),
    )


def wrong_version(version: int, least: int, most: int) -> ConnectFailed:
    if version < least:
        reason = f"This TWS is too old: it speaks protocol version {version}, at least {least} is needed."
        return ConnectFailed(
            StageName.HANDSHAKE, reason, ("Install a current TWS or IB Gateway (version 10 or later).",)
        )
    reason = f"TWS answered with protocol version {version} though at most {most} was offered."
    return ConnectFailed(StageName.HANDSHAKE, reason, ("Another program may answer on this port.",))


def id_in_use(client_id: int) -> ConnectFailed:
    return ConnectFailed(
        StageName.READY,
        f"Client id {client_id} is in use by another program.",
        (
            "Choose another client id in the profile or with --client-id.",
            f"Close the other program that connects as client {client_id}.",
            "After a crash TWS may keep the id for a minute: try again then.",
        ),
        code=326,
    )


def closed_at_start(client_id: int, said: str) -> ConnectFailed:
    words = f"TWS said: {said}" if said else "TWS gave no reason"
    return ConnectFailed(
        StageName.READY,
        f"TWS closed the connection while it started. {words}.",
        (
            f"Client id {client_id} may be in use: choose another one.",
            "The API may be locked: look at TWS for a dialog or a lock and answer it.",
        ),
    )


def never_ready(seconds: float, said: str) -> ConnectFailed:
    words = f" TWS said: {said}." if said else ""
    return ConnectFailed(
        StageName.READY,
        f"TWS greeted but did not become ready in {seconds:g} s.{words}",
        (
            "Look at TWS: a login, a disclaimer or another dialog may wait for an answer.",
            "TWS may still be starting or restarting: try again in a minute.",
        ),
    )
