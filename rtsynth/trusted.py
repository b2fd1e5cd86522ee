"""Programs that the person has said they trust: the `.ts` files of instruments, by the SHA-256 of each."""

import hashlib

from rtsynth_engine.bundles import Bundle

from .folders import config_folder
from .writing import write_whole

FILE, NETWORK = "trusted.txt", "model.ts"


def is_trusted(bundle: Bundle) -> bool:
    """Whether the person has trusted this very program before."""
    return _digest(bundle) in _known()


def trust(bundle: Bundle) -> None:
    """Remember that the person trusts the bundle's program. Raises OSError."""
    folder = config_folder()
    folder.mkdir(parents=True, exist_ok=True)
    lines = sorted({*_known(), _digest(bundle)})
    write_whole(folder / FILE, "".join(f"{line}\n" for line in lines))


def _known() -> set[str]:
    try:
        return set((config_folder() / FILE).read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return set()


def _digest(bundle: Bundle) -> str:
    return hashlib.sha256(bundle.files[NETWORK]).hexdigest()
