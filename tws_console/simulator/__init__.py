"""A practice Trader Workstation: a TCP server that speaks the TWS wire protocol to any client.

Owns an independent reading of the protocol, a practice exchange and its scenarios. It uses the standard library only
and imports nothing of tws_console outside this package, so that the console is checked against a second opinion.
"""
