"""The server of the control page: who may come, what may be said, who is shown what."""
