"""Speed, measured on the machine at hand: `python -m rtsynth_benchmarks` runs every row and prints a table.

Nothing here asserts: a figure that missed its mark is printed as it is.
"""
