"""`python -m rtsynth` is `rtsynth`."""

from .cli import main

main()
