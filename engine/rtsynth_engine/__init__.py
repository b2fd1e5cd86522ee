"""The real-time core: rings, voices, the compiled block, heads, generators, drivers."""
