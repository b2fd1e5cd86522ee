"""Strict reading of documents from outside: size, kind of file, numbers and schema, each refused in one line.

Raises `RefusedError` with the cause only; callers turn it into their own error, with the file and the remedy.
"""

import json
import math
import os
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

CAUSE_LENGTH = 160


class RefusedError(ValueError):
    """Why a document was refused, in a few words."""


def read_regular(path: Path, limit: int) -> bytes:
    """Content of a regular file of at most `limit` bytes; links, pipes and devices are refused at once."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise RefusedError(
            "is a link" if path.is_symlink() else (error.strerror or "cannot be opened")
        ) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RefusedError("is no regular file")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise RefusedError(f"is larger than {limit} bytes")
    return content


def parse_json(content: bytes) -> Any:
    """JSON without NaN, infinities and repeated keys."""
    with _refusing():
        return json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)


def parse_toml(content: bytes) -> Any:
    """TOML 1.0. The caller bounds the size: 16 KiB of dots take the parser almost a second."""
    with _refusing():
        return tomllib.loads(content.decode())


@contextmanager
def _refusing() -> Iterator[None]:
    """Refuse what Python or a parser refuses."""
    try:
        yield
    except RefusedError:
        raise
    except RecursionError as error:
        raise RefusedError("is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise RefusedError("is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise RefusedError(f"line {error.lineno}: {error.msg}") from error
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(f"is no TOML: {error}") from error
    except ValueError as error:  # Python neither reads nor shows more than 4300 digits
        raise RefusedError("holds a number of thousands of digits") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise RefusedError("a key stands twice")
    return table


def _no_constant(name: str) -> None:
    raise RefusedError(f"{name} is no number")


@cache
def validator(package: str, name: str) -> Draft202012Validator:
    """The JSON schema `name` that ships with `package`."""
    return Draft202012Validator(json.loads((files(package) / name).read_bytes()))


def check(document: Any, schema: Draft202012Validator) -> None:
    """Refuse a document that its schema refuses or that holds a number which is not finite; names the key."""
    with _refusing():
        _check_finite(document)
        error = best_match(schema.iter_errors(document))
    if error is not None:
        where = "/".join(map(str, error.absolute_path)) or "top level"
        raise RefusedError(_shorten(f"{where}: {error.message}"))


def _check_finite(document: Any) -> None:
    for path, value in _leaves(document):
        if isinstance(value, float) and not math.isfinite(value):
            raise RefusedError(f"{path}: {value} is not finite")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        yield path.lstrip("/"), value
    for key, child in children:
        yield from _leaves(child, f"{path}/{key}")


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return (
        line if len(line) <= CAUSE_LENGTH else f"{line[: CAUSE_LENGTH // 2]} … {line[-CAUSE_LENGTH // 2 :]}"
    )
