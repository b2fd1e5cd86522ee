"""What a row is told about how to measure, and whom it tells what it finds besides its figures."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

FULL, QUICK, LEAST = "full", "quick", "least"
T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """What a person asked for. `rate` in Hz, `block` in frames, None: the row's own; `seconds`: of a soak."""

    effort: str = FULL
    preset: str | None = None
    rate: float | None = None
    block: int | None = None
    seconds: float | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Context:
    """Handed to every row. `hear` gets a kind and a value: what `tell`, `setup`, `keep` and `remark` say."""

    options: Options = field(default_factory=Options)
    hear: Callable[[str, Any], None] = lambda kind, value: None

    def pick(self, full: T, quick: T, least: T) -> T:
        """The amount that goes with the effort; `least` shows only that the row works."""
        return {FULL: full, QUICK: quick, LEAST: least}[self.options.effort]

    def tell(self, text: str) -> None:
        """Say what is being done."""
        self.hear("progress", text)

    def setup(self, **parts: Any) -> None:
        """Say what the figures were taken with: driver, period, rate, priority, preset."""
        self.hear("setup", parts)

    def keep(self, name: str, series: Any) -> None:
        """Keep numbers for the page."""
        self.hear("series", {name: series})

    def remark(self, text: str) -> None:
        """Say something that goes with the row."""
        self.hear("remark", text)


def plain(options: Options) -> dict[str, Any]:
    """Options as JSON holds them."""
    return asdict(options)
