"""What pages see of the engine, read from its memory."""
