"""Frozen values every room may use. No I/O, no asyncio, nothing from other rooms."""
