"""A run beside an earlier one: the ratio of every figure, and which got worse."""

from collections.abc import Iterator
from dataclasses import dataclass

from .figures import LARGER, NEITHER, Figure, Result
from .report import Report

WORSE = 0.10  # of the earlier value
CONDITIONS = ("driver", "period", "rate", "preset", "priority", "network")
OF_THE_RUN = ("machine", "instrument", "system")


@dataclass(frozen=True)
class Change:
    """A figure then and now. `ratio` is now / then, None where then was 0."""

    row: str
    figure: Figure
    then: float
    comparable: bool

    @property
    def ratio(self) -> float | None:
        """Now / then."""
        return self.figure.value / self.then if self.then else None

    @property
    def worse(self) -> bool:
        """Whether it got worse by more than WORSE, where the two can be compared."""
        now, then = self.figure.value, self.then
        if self.figure.better == LARGER:
            now, then = then, now
        return self.comparable and self.figure.better != NEITHER and now - then > WORSE * abs(then)


def differences(then: Report, now: Report) -> list[str]:
    """What stands against comparing the two runs as wholes, each in a line."""
    found = [
        f"{name}: {then.about.get(name)} then, {now.about.get(name)} now"
        for name in OF_THE_RUN
        if then.about.get(name) != now.about.get(name)
    ]
    efforts = then.options.get("effort"), now.options.get("effort")
    if efforts[0] != efforts[1]:
        found.append(f"effort: {efforts[0]} then, {efforts[1]} now: tails are longer in a longer run")
    return found


def row_differences(then: Result, now: Result) -> list[str]:
    """In which conditions a row was not the same."""
    return [
        f"{name} {then.setup.get(name)} then, {now.setup.get(name)} now"
        for name in CONDITIONS
        if then.setup.get(name) != now.setup.get(name)
    ]


def compare(then: Report, now: Report) -> Iterator[Change]:
    """Every figure that both runs have."""
    same_machine = then.about.get("machine") == now.about.get("machine")
    earlier = {row.row: row for row in then.rows}
    for row in now.rows:
        before = earlier.get(row.row)
        if before is None:
            continue
        comparable = same_machine and not row_differences(before, row)
        values = {_key(figure): figure.value for figure in before.figures}
        for figure in row.figures:
            if _key(figure) in values:
                yield Change(row.row, figure, values[_key(figure)], comparable)


def _key(figure: Figure) -> tuple[str, str, str]:
    return figure.what, figure.name, figure.unit
