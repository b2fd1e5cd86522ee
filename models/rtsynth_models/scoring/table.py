"""The one table: all families beside each other and beside the paper's own figures."""

from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]
Table = list[tuple[str, ...]]
HEADER = (
    "",
    "NDB %",
    "FD",
    "IS",
    "pitch %",
    "20 cents %",
    "entropy",
    "named %",
    "weights",
    "core %",
    "×",
    "first ms",
    "notes",
    "steps",
    "hours",
)
NOTE = (
    "NDB: of 50 bins, or a tenth of the sounds, those filled unlike the real ones. FD, IS: Fréchet distance "
    "of features, inception score. pitch, entropy (nats), named: by a classifier of real sounds, one for "
    "notes and one for drums; 20 cents: by a pitch estimator. core %: processor time of the generator for "
    "one voice, relative to real time, and × the cheapest. first ms: the network's first frames, for which "
    "no note waits: its cache sounds within one audio period. The paper's rows are quoted from memory: Engel "
    "et al. 2019, table 1, by another classifier; hours on a V100 (magenta issue 1607)."
)
SCALE = {"notes": 70_379, "hours": 88}  # NSynth's acoustic notes of keys 24 to 84; a replication's hours
PAPER: Sequence[Row] = (
    {"name": "paper: real", "ndb": 0.044, "frechet": 13, "pitch": 0.982},
    {"name": "paper: GANSynth (IF-Mel + H)", "ndb": 0.586, "frechet": 167, "pitch": 0.979, "trained": SCALE},
    {"name": "paper: WaveGAN", "ndb": 0.860, "frechet": 461, "pitch": 0.827},
    {"name": "paper: WaveNet", "ndb": 0.918, "frechet": 320, "pitch": 0.927},
)


def table(rows: Sequence[Row]) -> Table:
    """The header and a line for every row of `compare`, then the paper's."""
    cheapest = min((row["real_time"] for row in rows if "real_time" in row), default=1.0)
    return [HEADER, *(_cells(row, cheapest) for row in (*rows, *PAPER))]


def markdown(rows: Sequence[Row]) -> str:
    """The table for a README."""
    header, *body = table(rows)
    lines = [header, ("---", *["---:"] * (len(header) - 1)), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{NOTE}\n"


def _cells(row: Row, cheapest: float) -> tuple[str, ...]:
    trained, real_time = row.get("trained", {}), row.get("real_time")
    return (
        row["name"],
        _text(row.get("ndb"), 0, 100),
        *(_text(row.get(name), digits) for name, digits in (("frechet", 0), ("inception", 1))),
        *(_text(row.get(name), 1, 100) for name in ("pitch", "tune")),
        _text(row.get("entropy"), 2),
        _text(row.get("named"), 1, 100),
        _text(row.get("parameters"), 2, 1e-6, " M"),
        _text(real_time, 2, 100),
        _text(real_time, 1, 1 / cheapest),
        _text(row.get("first_ms"), 1),
        *(_text(trained.get(name), digits) for name, digits in (("notes", 0), ("steps", 0), ("hours", 1))),
    )


def _text(value: float | None, digits: int, scale: float = 1.0, unit: str = "") -> str:
    return "–" if value is None else f"{value * scale:,.{digits}f}{unit}"
