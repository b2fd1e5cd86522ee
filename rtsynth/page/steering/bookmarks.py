"""Places of the pad that a person wants to come back to, for each instrument, kept in one file."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import HostError
from ...folders import config_folder
from ...kept import read_kept, write_kept

FILE_LIMIT = 1 << 20  # bytes; as many as the schema allows, of the largest latent that ships
SCHEMA = ("rtsynth.page.steering", "bookmarks.schema.json")


@dataclass(frozen=True)
class Bookmark:
    """Where the pad stood, and the `latent` that sounded; grids of partials are told by their `divisor`."""

    name: str
    instrument: str
    mode: str
    at: tuple[float, float]
    axes: tuple[str, str]
    corners: tuple[str, ...]
    divisor: float
    latent: tuple[float, ...]


class Bookmarks:
    """`own`: those of one instrument, in the order they were made; a new list when one changes."""

    def __init__(self, instrument: str) -> None:
        self.instrument = instrument
        self._all: list[Bookmark] = []
        self.broken = ""  # why the file cannot be read: it is left as it is then
        try:
            self._all = read_bookmarks(bookmarks_file())
        except HostError as error:
            self.broken = str(error)
        self.own = self._own()

    def add(self, bookmark: Bookmark) -> None:
        """Keep one more, in place of one of the same name. Raises HostError; nothing changes then."""
        self._keep([*(each for each in self._all if not _same(each, bookmark)), bookmark])

    def remove(self, number: int) -> None:
        """Forget one of the instrument's. Raises HostError; nothing changes then."""
        gone = self.find(number)
        self._keep([each for each in self._all if each is not gone])

    def find(self, number: int) -> Bookmark:
        """The instrument's bookmark of that number, from 0. Raises HostError."""
        if not 0 <= number < len(self.own):
            raise HostError(f"there is no bookmark {number + 1}; choose one of {len(self.own)}")
        return self.own[number]

    def _keep(self, bookmarks: list[Bookmark]) -> None:
        if self.broken:
            raise HostError(f"bookmarks stay as they are: {self.broken}; mend or remove that file")
        write_bookmarks(bookmarks_file(), bookmarks)
        self._all = bookmarks
        self.own = self._own()

    def _own(self) -> list[Bookmark]:
        return [each for each in self._all if each.instrument == self.instrument]


def _same(one: Bookmark, other: Bookmark) -> bool:
    return (one.instrument, one.name) == (other.instrument, other.name)


def bookmarks_file() -> Path:
    """Where bookmarks are kept."""
    return config_folder() / "bookmarks.toml"


def read_bookmarks(path: Path) -> list[Bookmark]:
    """Bookmarks of a file; none where there is none. Raises HostError: the file and the key."""
    table = read_kept(path, FILE_LIMIT, SCHEMA)
    return [_bookmark(each) for each in table.get("bookmarks", ())]


def _bookmark(table: dict[str, Any]) -> Bookmark:
    lists = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
    return Bookmark(**table | lists)


def write_bookmarks(path: Path, bookmarks: list[Bookmark]) -> None:
    """Keep bookmarks. Raises HostError."""
    table = {"format": 1} | ({"bookmarks": list(map(_table, bookmarks))} if bookmarks else {})
    write_kept(path, table, SCHEMA, "this bookmark")


def _table(bookmark: Bookmark) -> dict[str, Any]:
    lists = {key: list(value) for key, value in asdict(bookmark).items() if isinstance(value, tuple)}
    return asdict(bookmark) | lists
