"""Floor of the stop key: asyncio, a connected socket, and a terminal in raw mode whose enter writes the global cancel.

Run as a script with host, port and client id. Prints READY when enter counts; q ends it.
"""

import asyncio
import os
import sys
import tty


def frame(text: str) -> bytes:
    body = text.encode()
    return len(body).to_bytes(4, "big") + body


async def main() -> None:
    reader, writer = await asyncio.open_connection(sys.argv[1], int(sys.argv[2]))

    async def read() -> bytes:
        return await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))

    async def drain() -> None:
        while True:
            await read()

    writer.write(b"API\0" + frame("v157..178"))
    await read()
    writer.write(frame(f"71\x002\x00{sys.argv[3]}\x00\x00"))
    while not (await read()).startswith(b"9\0"):
        pass
    done = asyncio.get_running_loop().create_future()

    def key() -> None:
        for character in os.read(sys.stdin.fileno(), 64) or b"q":
            if character == 13:
                writer.write(frame("58\x001\x00"))
            elif character == 113 and not done.done():
                done.set_result(None)

    tty.setraw(sys.stdin.fileno())
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), key)
    draining = asyncio.ensure_future(drain())
    sys.stdout.write("READY")
    sys.stdout.flush()
    await done
    draining.cancel()
    writer.close()


asyncio.run(main())
