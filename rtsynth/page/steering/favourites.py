"""The presets a person likes best, kept in one file."""

from pathlib import Path

from ...errors import HostError
from ...folders import config_folder
from ...kept import read_kept, write_kept

FILE_LIMIT = 160 << 10  # bytes; as many as the schema allows
SCHEMA = ("rtsynth.page.steering", "favourites.schema.json")


class Favourites:
    """`ids` in the order they were chosen, a new list when one changes."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.broken = ""  # why the file cannot be read: it is left as it is then
        try:
            self.ids = read_favourites(favourites_file())
        except HostError as error:
            self.broken = str(error)

    def choose(self, id: str, on: bool) -> None:
        """Add or take away a favourite. Raises HostError where that cannot be kept; nothing changes then."""
        if self.broken:
            raise HostError(f"favourites stay as they are: {self.broken}; mend or remove that file")
        chosen = [each for each in self.ids if each != id] + [id] * on
        write_favourites(favourites_file(), chosen)
        self.ids = chosen


def favourites_file() -> Path:
    """Where favourites are kept."""
    return config_folder() / "favourites.toml"


def read_favourites(path: Path) -> list[str]:
    """Ids of a file; none where there is none. Raises HostError: the file and the key."""
    return list(read_kept(path, FILE_LIMIT, SCHEMA).get("presets", ()))


def write_favourites(path: Path, ids: list[str]) -> None:
    """Keep the ids. Raises HostError."""
    write_kept(path, {"format": 1, "presets": ids}, SCHEMA, "this favourite")
