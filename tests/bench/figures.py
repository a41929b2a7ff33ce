"""Owns the arithmetic and the table of a measurement. Imports the standard library only. All times are milliseconds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

VOID = 1.5
"""A floor that moved by more than this factor within the run tells of a busy machine."""


@dataclass
class Series:
    """The blocks of one program, in the order in which they were measured."""

    name: str
    blocks: list[list[float]] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        return sorted(value for block in self.blocks for value in block)

    @property
    def medians(self) -> list[float]:
        return [statistics.median(block) for block in self.blocks if block]

    def quantile(self, share: float) -> float:
        """The value that this share of all measurements does not exceed."""
        values = self.all
        return values[min(len(values) - 1, int(share * len(values)))]


@dataclass(frozen=True)
class Goal:
    """What one program is to reach: ratios to the floor's p50 and p99, milliseconds of p99 and max."""

    of: str
    p50: float | None = None
    p99: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None

    def verdict(self, series: Sequence[Series]) -> str:
        """One line: every figure with its goal, and whether all of them are met."""
        base, one = series[0], next(one for one in series if one.name == self.of)
        checks = [
            ("p50", one.quantile(0.5) / base.quantile(0.5), self.p50, "x"),
            ("p99", one.quantile(0.99) / base.quantile(0.99), self.p99, "x"),
            ("p99", one.quantile(0.99), self.p99_ms, " ms"),
            ("max", one.all[-1], self.max_ms, " ms"),
        ]
        words = [
            f"{name} {found:.2f}{unit} (goal {goal:g}{unit}{'' if found <= goal else ', missed'})"
            for name, found, goal, unit in checks
            if goal is not None
        ]
        return f"{self.of}: {', '.join(words)}"


def alternate(
    floor: tuple[str, Callable[[], list[float]]], others: Mapping[str, Callable[[], list[float]]], rounds: int
) -> list[Series]:
    """Floor, others, floor, others, …, floor: each call measures one block. The floor's series comes first."""
    name, measure_floor = floor
    base, rest = Series(name), [Series(other) for other in others]
    for _ in range(rounds):
        base.blocks.append(measure_floor())
        for series in rest:
            series.blocks.append(others[series.name]())
    base.blocks.append(measure_floor())
    return [base, *rest]


def table(title: str, series: Sequence[Series], goals: Sequence[Goal] = ()) -> str:
    """One line a program: how often, p50, p90, p99, max, the medians of the blocks, p50 and p99 as ratios to the
    floor's; then the goals.
    """
    base = series[0]
    head = f"{'':32}{'n':>4}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}{'p50/floor':>11}{'p99/floor':>11}  block medians"
    lines = [title, head]
    for one in series:
        ratios = [one.quantile(share) / base.quantile(share) for share in (0.5, 0.99)]
        figures = [one.quantile(share) for share in (0.5, 0.9, 0.99)] + [one.all[-1]]
        blocks = " ".join(f"{median:.2f}" for median in one.medians)
        columns = "".join(f"{value:9.2f}" for value in figures) + "".join(f"{ratio:10.2f}x" for ratio in ratios)
        lines.append(f"{one.name:32}{len(one.all):4}{columns}  {blocks}")
    moved = max(base.medians) / min(base.medians)
    verdict = "VOID, the machine was busy" if moved > VOID else "fine"
    lines.append(f"floor moved by {moved:.2f}x between its blocks: {verdict}")
    lines += [goal.verdict(series) for goal in goals]
    return "\n".join(lines)
