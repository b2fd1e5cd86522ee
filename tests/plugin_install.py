"""Installs the template of a plug-in as a person would, but from here and without network."""

import shutil
import subprocess
import sys
from pathlib import Path

TEMPLATE = Path(__file__).parent / "plugin_template"


def install_template(folder: Path) -> Path:
    """Install it into a folder of its own, which is to be put on the path."""
    shutil.copytree(TEMPLATE, folder / "source")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--disable-pip-version-check", "--target", str(folder / "target")]
    subprocess.run([*command, str(folder / "source")], check=True)
    return folder / "target"
