"""Measurements, run by hand with `python -m tests.bench`; pytest never collects them.

Only ratios to a floor measured in the same run mean anything: the floor is measured first and last, and when the two
differ much the machine was busy and the run is void.
"""
