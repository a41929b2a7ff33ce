"""Floor of a proved stop from a shell: global cancel, then lists a quarter of a second apart until two are empty.

Run as a script with host, port and client id. It proves less than the program does: no order's end is witnessed.
"""

import socket
import sys
import time


def frame(text: str) -> bytes:
    body = text.encode()
    return len(body).to_bytes(4, "big") + body


def main() -> None:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        incoming = connection.makefile("rb")

        def read() -> bytes:
            return incoming.read(int.from_bytes(incoming.read(4), "big")).partition(b"\0")[0]

        def listed() -> bool:
            """Whether a new list has rows."""
            connection.sendall(frame("16\x001\x00"))
            rows = 0
            while (message := read()) != b"53":
                rows += message == b"5"
            return rows > 0

        connection.sendall(b"API\0" + frame("v157..178"))
        read()
        connection.sendall(frame(f"71\x002\x00{sys.argv[3]}\x00\x00"))
        while read() != b"9":
            continue
        connection.sendall(frame("58\x001\x00"))
        empty = 0
        while empty < 2:
            empty = 0 if listed() else empty + 1
            time.sleep(0.25)


main()
