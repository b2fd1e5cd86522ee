"""Data that ships with rtsynth: instrument bundles, presets and the demo piece."""
