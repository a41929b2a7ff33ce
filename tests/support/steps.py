"""What happened to an order, in short: the sequences of messages as tests compare them."""

from tests.support.raw_client import Message


def steps_of(messages: list[Message], order_id: int) -> list[str]:
    """openOrder "O", orderStatus "S:status", errors "E:code", fills "X" of one order, and any commission "C"."""
    steps = []
    for m in messages:
        if m[0] == "3" and m[1] == str(order_id):
            steps.append(f"S:{m[2]}")
        elif m[0] == "4" and m[2] == str(order_id):
            steps.append(f"E:{m[3]}")
        elif m[0] == "5" and m[1] == str(order_id):
            steps.append("O")
        elif m[0] == "11" and m[2] == str(order_id):
            steps.append("X")
        elif m[0] == "59":
            steps.append("C")
    return steps
