"""Play neural instruments live: the host a person runs."""

__version__ = "0.1.0"
