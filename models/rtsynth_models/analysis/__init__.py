"""A note as partials and noise, and back again."""
