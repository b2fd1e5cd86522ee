"""The one trainer of every family: batches, precision, averages, checkpoints, progress."""
