"""A peer of the stop key: the usual ib_async script without a screen, whose enter asks for the global cancel.

Run as a script with host, port and client id. Prints READY when enter counts; x queues 500 requests; q ends it.
"""

import asyncio
import os
import sys
import tty

from ib_async import IB, Stock


async def main() -> None:
    ib = IB()
    await ib.connectAsync(sys.argv[1], int(sys.argv[2]), clientId=int(sys.argv[3]), timeout=30)
    wanted = [Stock(symbol, "SMART", "USD") for symbol in ("AAPL", "MSFT", "NVDA", "KO")]
    for contract in await ib.qualifyContractsAsync(*wanted):
        assert isinstance(contract, Stock)
        ib.reqMktData(contract)
    done = asyncio.get_running_loop().create_future()

    async def poll() -> None:
        while True:
            ib.client.reqAllOpenOrders()  # type: ignore[no-untyped-call]
            await asyncio.sleep(2)

    def key() -> None:
        for character in os.read(sys.stdin.fileno(), 64) or b"q":
            if character == 13:
                ib.reqGlobalCancel()  # type: ignore[no-untyped-call]
            elif character == 120:
                for _ in range(500):
                    ib.client.reqCurrentTime()  # type: ignore[no-untyped-call]
            elif character == 113 and not done.done():
                done.set_result(None)

    tty.setraw(sys.stdin.fileno())
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), key)
    polling = asyncio.ensure_future(poll())
    sys.stdout.write("READY")
    sys.stdout.flush()
    await done
    polling.cancel()
    ib.disconnect()


asyncio.run(main())
