"""Floor of the stop from a shell: connect, handshake, startApi, nextValidId, global cancel, and nothing else.

Run as a script with host, port and client id. It waits for the answer to a currentTime request before it leaves, as a
socket closed with unread bytes is reset and the cancel may be lost with it.
"""

import socket
import sys


def frame(text: str) -> bytes:
    body = text.encode()
    return len(body).to_bytes(4, "big") + body


def main() -> None:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        incoming = connection.makefile("rb")

        def until(message: bytes | None) -> None:
            while True:
                body = incoming.read(int.from_bytes(incoming.read(4), "big"))
                if message is None or body.partition(b"\0")[0] == message:
                    return

        connection.sendall(b"API\0" + frame("v157..178"))
        until(None)
        connection.sendall(frame(f"71\x002\x00{sys.argv[3]}\x00\x00"))
        until(b"9")
        connection.sendall(frame("58\x001\x00"))
        connection.sendall(frame("49\x001\x00"))
        until(b"49")


main()
