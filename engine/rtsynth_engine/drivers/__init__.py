"""Drivers: what calls the block. JACK, PortAudio, a wall clock without sound, and the offline renderer."""
