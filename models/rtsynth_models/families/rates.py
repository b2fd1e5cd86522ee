"""How a learning rate rises and falls."""

import math

WARMING = 200  # steps over which it rises
LEAST = 0.01  # of it that stays


def rate(step: int, steps: int) -> float:
    """Share of the learning rate: a rise, then half a cosine that ends after `steps`."""
    if step < WARMING:
        return (step + 1) / WARMING
    return LEAST + (1.0 - LEAST) * 0.5 * (1.0 + math.cos(math.pi * min(step / steps, 1.0)))
