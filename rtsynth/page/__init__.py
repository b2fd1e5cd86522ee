"""The control page: what a browser shows of a session, and what it may ask of it."""
