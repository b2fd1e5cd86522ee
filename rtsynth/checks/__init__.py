"""What `rtsynth check` asks of a generator before it is played: each check is a function of its own."""
