"""The published generators: one folder each, with its networks, its task and its export."""
