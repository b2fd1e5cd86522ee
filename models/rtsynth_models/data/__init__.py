"""Notes to learn from: which, where they come from, how they are kept."""
