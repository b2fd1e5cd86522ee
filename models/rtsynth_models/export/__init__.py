"""From a checkpoint to an instrument bundle."""
