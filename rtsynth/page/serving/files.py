"""The page's own files, read once."""

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

WEB = Path(__file__).parents[1] / "web"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


class File(NamedTuple):
    """A file as it is, packed where that is shorter, and a mark of this content."""

    content: bytes
    packed: bytes | None
    type: str
    mark: str


def read_files(folder: Path = WEB) -> dict[str, File]:
    """Files in a folder by their paths; none that a link leads to outside of it. Raises OSError."""
    root = folder.resolve()
    paths = (path for path in folder.rglob("*") if path.is_file() and path.resolve().is_relative_to(root))
    return {path.relative_to(folder).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> File:
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0)
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    kind = TYPES.get(path.suffix, "application/octet-stream")
    return File(content, packed if len(packed) < len(content) else None, kind, mark)


def answer(request: Request, file: File | None, caching: str) -> Response:
    """A file, or that the browser has it already. `caching`: what caches may do."""
    if file is None:
        return PlainTextResponse("There is nothing here.\n", 404)
    headers = {"cache-control": caching, "etag": file.mark, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.mark:
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers=headers | {"content-encoding": "gzip"}, media_type=file.type)
    return Response(file.content, headers=headers, media_type=file.type)
