"""Offline: data, analysis, networks, training, export. Needs the `train` extra (torch)."""
