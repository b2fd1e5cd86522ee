"""Playing and steering by Open Sound Control."""
