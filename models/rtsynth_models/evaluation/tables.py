"""The figures of an evaluation as rows of text, for the terminal and the page."""

from collections.abc import Sequence
from typing import Any

Table = Sequence[Sequence[str]]
HEADER = ("", "notes", "mr", "ceiling", "beside", "mel", "ceiling", "in tune", "level", "rise", "(real)")
MOTION = ("", "level", "(real)", "ratio", "cents", "(real)", "ratio", "common", "(real)", "ratio")
DEPTHS = ("amplitude_db", "cents", "common_cents")


def tables(figures: dict[str, Any]) -> list[tuple[str, Table]]:
    """Captioned tables, each with its header first."""
    groups = {"all": figures["all"], "trained pitches": figures["trained"], **figures["categories"]}
    instruments = {figures["names"][id]: of for id, of in figures["programs"].items()}
    found: list[tuple[str, Table]] = [
        (
            "Held-out notes, medians: dB; % of keys in tune; ms of fast notes (beside: a semitone moved)",
            _distances(groups),
        ),
        ("What moves in the sustain, means: dB, cents of each partial, cents common to all", _motion(groups)),
        ("Judges", [("", "generated", "floor or real"), *_judges(figures)]),
    ]
    return [*found, ("Instruments", _distances(instruments)), ("Motion by instrument", _motion(instruments))]


def _text(value: Any, digits: int = 2) -> str:
    if isinstance(value, dict):
        value = value["median"]
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def _distances(groups: dict[str, Any]) -> Table:
    def row(name: str, of: dict[str, Any]) -> tuple[str, ...]:
        tuned = (of.get("keyboard") or of["pitch"]["generated"])["within_10_cents"]
        distances = [of["mr"][kind] for kind in ("generated", "ceiling", "neighbour")]
        distances += [of["mel"][kind] for kind in ("generated", "ceiling")]
        rises = [of["rise_ms"][kind] for kind in ("generated", "original")]
        cells = [*map(_text, distances), _text(tuned, 1), *(_text(x, 1) for x in (of["level_db"], *rises))]
        return (name, str(of["notes"]), *cells)

    return [HEADER, *(row(name, of) for name, of in groups.items())]


def _motion(groups: dict[str, Any]) -> Table:
    def cells(of: dict[str, Any]) -> tuple[str, ...]:
        return tuple(
            _text(of[depth][kind]) for depth in DEPTHS for kind in ("generated", "original", "ratio")
        )

    return [MOTION, *((name, *cells(of["motion"])) for name, of in groups.items() if of["motion"])]


def _judges(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    all_ = figures["all"]
    rows = [
        ("in tune, whole keyboard, %", all_["keyboard"]["within_10_cents"], None),
        (
            "in tune, held-out notes, %",
            *(all_["pitch"][k]["within_10_cents"] for k in ("generated", "original")),
        ),
        ("pre-echo of fast notes, dB", *(all_["pre_echo_db"][k] for k in ("generated", "original"))),
    ]
    if "told" in figures:
        told = [figures["told"][kind] for kind in ("generated", "floor")]
        rows += [
            (f"told from real by {what}, %", *(of[name] for of in told))
            for what, name in (("19 statistics", "statistics"), ("texture", "texture"))
        ]
    if "classifier" in figures:
        rows += _classified(figures["classifier"])
    return [(name, _text(a), _text(b)) for name, a, b in rows]


def _classified(of: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    names = ("pitch_accuracy", "program_accuracy", "pitch_entropy", "inception")
    rows = [(name.replace("_", " "), of["generated"][name], of["original"][name]) for name in names]
    return [
        *rows,
        ("Fréchet distance", of["frechet"]["generated"], of["frechet"]["original"]),
        ("  as a multiple", of["frechet"]["ratio"], None),
        ("NDB / K", of["ndb"]["generated"], of["ndb"]["original"]),
    ]
