"""A sequencer plays a piece on rtsynth through jackd, and what was heard is held against the piece."""
