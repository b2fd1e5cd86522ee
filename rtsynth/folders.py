"""Where instruments and presets lie: those that ship with rtsynth, then the person's own."""

import os
from pathlib import Path

import platformdirs

import rtsynth_presets

SHIPPED = Path(rtsynth_presets.__file__).parent


def own_folder() -> Path:
    """The person's folder for instruments and presets; the environment's RTSYNTH_HOME moves it."""
    return Path(os.environ.get("RTSYNTH_HOME") or platformdirs.user_data_dir("rtsynth", appauthor=False))


def config_folder() -> Path:
    """The person's folder for what rtsynth keeps by itself; RTSYNTH_HOME moves it too."""
    return Path(os.environ.get("RTSYNTH_HOME") or platformdirs.user_config_dir("rtsynth", appauthor=False))


def cache_folder() -> Path:
    """The folder for what rtsynth can find out again; RTSYNTH_HOME moves it too."""
    home = os.environ.get("RTSYNTH_HOME")
    return Path(home) / "cache" if home else Path(platformdirs.user_cache_dir("rtsynth", appauthor=False))


def bundle_folders() -> list[Path]:
    """Every `*.rtsynth` folder, shipped ones first, by name."""
    return [*_bundles_in(SHIPPED), *own_bundle_folders()]


def own_bundle_folders() -> list[Path]:
    """The person's own of them."""
    return _bundles_in(own_folder())


def _bundles_in(root: Path) -> list[Path]:
    return [folder for folder in sorted((root / "instruments").glob("*.rtsynth")) if folder.is_dir()]


def preset_files() -> list[Path]:
    """Every preset file, shipped ones first, by name."""
    return [
        path for root in (SHIPPED / "bank", own_folder() / "presets") for path in sorted(root.glob("*.toml"))
    ]


def tuning_folders() -> list[Path]:
    """Folders of tunings: the person's own, then the shipped one."""
    return [own_folder() / "tunings", SHIPPED / "tunings"]
