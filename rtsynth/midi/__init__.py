"""MIDI files and MIDI ports."""
