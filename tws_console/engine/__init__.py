"""Use cases and the one mutable truth. Pure asyncio: no user interface, no ib_async, no SQLite."""
