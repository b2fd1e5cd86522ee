"""Names a person gives, as ids: lower case, ASCII, hyphens."""

import re
import unicodedata

from .errors import PresetError

LONGEST = 64


def slug(name: str) -> str:
    """The id of a name: "Été à Nice" is ete-a-nice. Raises PresetError where no letter or digit is left."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    id = re.sub(r"[^a-z0-9]+", "-", letters.replace("'", "")).strip("-")[:LONGEST].rstrip("-")
    if not id:
        raise PresetError(f"{name!r} makes no file name; use some of the letters a to z or digits")
    return id
