"""Made `rave-random.ts`: a small RAVE of random weights, as `rave export --streaming` writes it.

    pip install acids-rave==2.3.1; python make_rave.py rave-random.ts

What an export does not run (losses, readers of data) is stood in for, so that neither torchaudio nor librosa
need to be there; what scipy and numpy have changed since is put right. The export itself is RAVE's own.
"""

import sys
from types import ModuleType
from unittest.mock import MagicMock

import pytorch_lightning  # noqa: F401  looks for the modules that are stood in for, so it comes first
import scipy.optimize
import scipy.signal
import torch
from torch import nn

BINDINGS = ["CAPACITY = 4", "LATENT_SIZE = 8", "RATIOS = [4, 4, 2, 2]", "SAMPLING_RATE = 16000"]


class Spectrogram(nn.Module):
    """Of the losses."""

    def __init__(self, *args, **settings):
        super().__init__()


def stand_in(name: str, **parts: object) -> ModuleType:
    module = ModuleType(name)
    module.__getattr__ = lambda attribute: MagicMock()  # type: ignore[method-assign]
    module.__dict__.update(parts, __path__=[], __spec__=None, __all__=[])
    sys.modules[name] = module
    return module


def load_rave() -> tuple[ModuleType, ModuleType]:
    """RAVE and its export, for scipy and numpy of today."""
    transforms = stand_in("torchaudio.transforms", Spectrogram=Spectrogram, MelSpectrogram=Spectrogram)
    stand_in("torchaudio", transforms=transforms)
    for name in ("librosa", "udls", "udls.transforms", "udls.generated", "lmdb", "GPUtil"):
        stand_in(name)
    scipy.signal.kaiser = scipy.signal.windows.kaiser
    import cached_conv

    cached_conv.use_cached_conv(True)
    import rave
    import rave.pqmf

    firwin, fmin = scipy.signal.firwin, scipy.optimize.fmin
    rave.pqmf.firwin = lambda *args, nyq, **settings: firwin(*args, fs=2 * nyq, **settings)
    rave.pqmf.fmin = lambda loss, start, **settings: fmin(lambda w: loss(float(w[0])), start, **settings)
    from scripts import export

    return rave, export


def main(target: str) -> None:
    rave, export = load_rave()
    import gin

    torch.manual_seed(6)
    gin.parse_config_files_and_bindings(["v2.gin"], BINDINGS)
    model = rave.RAVE(n_channels=1)
    model.fidelity.copy_(torch.linspace(0.3, 1.0, len(model.fidelity)))
    model.latent_pca.copy_(torch.linalg.qr(torch.randn_like(model.latent_pca))[0])
    model.eval()
    for module in model.modules():
        if hasattr(module, "weight_g"):
            nn.utils.remove_weight_norm(module)
    scripted = export.VariationalScriptedRAVE(pretrained=model, fidelity=0.95)
    scripted.decode(scripted.encode(torch.zeros(1, 1, 1 << 14)))
    scripted.export_to_ts(target)


if __name__ == "__main__":
    main(sys.argv[1])
