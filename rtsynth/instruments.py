"""The instruments a person has: bundles that ship with rtsynth, their own, and those of other packages."""

from pathlib import Path

from rtsynth_engine.bundles import Bundle, bundle_id, load_bundle
from rtsynth_engine.plugins import find_plugins

from .errors import BundleError
from .folders import bundle_folders, own_folder


def load_instruments() -> tuple[list[Bundle], list[BundleError]]:
    """Every instrument by id, the person's own in place of shipped ones of the same id, plug-ins last; and
    what was refused.
    """
    plugins, refused = find_plugins()
    bundles = {plugin.description.id: plugin.description for plugin in plugins}
    found: dict[str, Bundle] = {}
    for folder in bundle_folders():
        try:
            bundle = load_bundle(folder)
            found[bundle.id] = bundle
        except BundleError as error:
            refused.append(error)
    return list((found | {id: each for id, each in bundles.items() if id not in found}).values()), refused


def find_instrument(id: str) -> Bundle:
    """The instrument of that id. Raises BundleError: why it was refused, or what there is."""
    folder = _folder(id)
    if folder:
        return load_bundle(folder)
    bundles, refused = load_instruments()
    for bundle in bundles:
        if bundle.id == id:
            return bundle
    if refused:
        raise refused[0]
    there = ", ".join(bundle.id for bundle in bundles) or "none"
    raise BundleError(
        f"no instrument {id!r} (there is {there}); put its folder into {own_folder() / 'instruments'}"
    )


def _folder(id: str) -> Path | None:
    """The folder whose manifest has that id, the person's own first. Reads no networks."""
    return next((folder for folder in reversed(bundle_folders()) if bundle_id(folder) == id), None)
