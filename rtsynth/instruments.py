"""The instruments a person has: bundles that ship with rtsynth and their own."""

from rtsynth_engine.bundles import Bundle, load_bundle

from .errors import BundleError
from .folders import bundle_folders, own_folder


def load_instruments() -> tuple[list[Bundle], list[BundleError]]:
    """Every bundle by id, the person's own in place of shipped ones of the same id; and what was refused."""
    bundles: dict[str, Bundle] = {}
    refused: list[BundleError] = []
    for folder in bundle_folders():
        try:
            bundle = load_bundle(folder)
            bundles[bundle.id] = bundle
        except BundleError as error:
            refused.append(error)
    return list(bundles.values()), refused


def find_instrument(id: str) -> Bundle:
    """The instrument of that id. Raises BundleError: why it was refused, or what there is."""
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
