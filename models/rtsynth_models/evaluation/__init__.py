"""How near a generator comes to what it learned from."""
