"""Chaos: seeded runs of the real engine against the simulator, with faults, foreign clients and a user at random.

`python -m tests.chaos --runs 1000 --seed 1` tells in one JSON line whether an invariant broke, and how to see it again.
"""
