"""The figures of `rtsynth evaluate` on the model card."""

from typing import Any

from rtsynth_models.evaluation.tables import Table, tables

MEASURED = """
## Measured

{notes} notes of held-out pitches at velocities {velocities}, played dry by the engine beside their originals.
mr and mel are mean distances in dB of spectrograms and of log-mel spectrograms, where either is within 60 dB
of the peak. The ceiling is the original's own analysis, rendered; "beside" is that of the trained pitch next
to it, moved here. Nobody has judged the sound by ear.
"""


def measured(figures: dict[str, Any]) -> str:
    """Markdown of every table, from the JSON of `rtsynth evaluate`."""
    velocities = ", ".join(map(str, figures["velocities"]))
    parts = [MEASURED.format(notes=figures["all"]["notes"], velocities=velocities)]
    parts += [f"\n{caption}\n\n{_markdown(table)}\n" for caption, table in tables(figures)]
    return "".join(parts)


def _markdown(table: Table) -> str:
    header, *rows = table
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
