"""Small files that rtsynth keeps for a person, as TOML; read and written whole."""

from pathlib import Path
from typing import Any

from rtsynth_engine.checking import RefusedError, check, parse_toml, read_regular, validator

from .errors import HostError
from .writing import to_toml, write_whole

Schema = tuple[str, str]  # a package and the file in it


def read_kept(path: Path, limit: int, schema: Schema) -> dict[str, Any]:
    """What a file of at most `limit` bytes holds; nothing where there is none. Raises HostError: the file and
    the key.
    """
    if not path.exists():
        return {}
    try:
        table: dict[str, Any] = parse_toml(read_regular(path, limit))
        check(table, validator(*schema))
    except RefusedError as error:
        raise HostError(f"{path}: {error}") from error
    return table


def write_kept(path: Path, table: dict[str, Any], schema: Schema, what: str) -> None:
    """Keep a table, which the schema must allow. Raises HostError, which says that `what` cannot be kept."""
    try:
        check(table, validator(*schema))
    except RefusedError as error:
        raise HostError(f"{what} cannot be kept: {error}") from error
    keep_whole(path, to_toml(table))


def keep_whole(path: Path, text: str) -> None:
    """Write a file and, where it is missing, its folder. Raises HostError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise HostError(
            f"cannot write {path}: {error.strerror}; RTSYNTH_HOME names another folder"
        ) from error
