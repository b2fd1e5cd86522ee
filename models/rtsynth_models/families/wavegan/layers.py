"""Convolutions over time of stride 4, computed as convolutions of four phases: the same, and faster.

Sounds are (n, C, 1, L), for convolutions in two dimensions are the ones that processors are quick at.
"""

import math

from torch import Tensor, nn
from torch.nn import functional

STRIDE, TAPS, REACH = 4, 25, 3  # reach: of the 7 taps that each phase has
PADDING = (TAPS - STRIDE + 1) // 2


class Grow(nn.ConvTranspose1d):
    """(n, C, 1, L) → (n, D, 1, 4L): a transposed convolution of 25 taps."""

    bias: Tensor

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width, out, TAPS, STRIDE, PADDING, 1)
        nn.init.normal_(self.weight, std=math.sqrt(2 * STRIDE / (TAPS * width)))
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        n, _, _, length = x.shape
        width, out = self.weight.shape[:2]
        phases = functional.pad(self.weight, (1, 2)).view(width, out, 2 * REACH + 1, STRIDE).flip(2)
        kernel = phases.permute(3, 1, 0, 2).reshape(STRIDE * out, width, 1, -1)
        y = functional.conv2d(x, kernel, self.bias.repeat(STRIDE), padding=(0, REACH))
        return y.view(n, STRIDE, out, length).permute(0, 2, 3, 1).reshape(n, out, 1, STRIDE * length)


class Shrink(nn.Conv1d):
    """(n, C, 1, 4L) → (n, D, 1, L): a convolution of 25 taps."""

    bias: Tensor

    def __init__(self, width: int, out: int) -> None:
        super().__init__(width, out, TAPS, STRIDE, PADDING)
        nn.init.normal_(self.weight, std=math.sqrt(2 / (TAPS * width)))
        nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        n, width, _, length = x.shape
        phases = x.reshape(n, width, length // STRIDE, STRIDE).transpose(2, 3)
        kernel = functional.pad(self.weight, (1, 2)).view(-1, width, 2 * REACH + 1, STRIDE).transpose(2, 3)
        kernel = kernel.reshape(len(self.weight), STRIDE * width, 1, -1)
        return functional.conv2d(
            phases.reshape(n, STRIDE * width, 1, -1), kernel, self.bias, padding=(0, REACH)
        )
