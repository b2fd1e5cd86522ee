"""Heads: how the frames of a generator become sound."""
