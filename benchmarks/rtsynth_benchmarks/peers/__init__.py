"""Peers, measured beside us in one run on the machine at hand: `python -m rtsynth_benchmarks.peers`.

Each part is a module with FULL and QUICK settings and a `run(setting, say)` that returns rows of figures.
"""
