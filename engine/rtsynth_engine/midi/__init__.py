"""MIDI as bytes: the table of messages, the parser, system exclusives."""
