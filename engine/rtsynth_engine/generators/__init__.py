"""Generators: networks that turn conditioning into frames, behind one contract of five calls."""
