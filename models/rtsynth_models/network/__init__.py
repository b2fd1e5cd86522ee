"""PartialGAN: the networks, what they are trained for, and their training."""
