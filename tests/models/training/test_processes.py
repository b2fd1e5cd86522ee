import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT, STEPS = Path(__file__).parent / "tiny.py", 4
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def losses(folder: Path, *launch: str) -> list[dict[str, float]]:
    command = [sys.executable, *launch, str(SCRIPT), str(folder), str(STEPS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.fail(done.stderr)
    return json.loads((folder / "losses.json").read_text())


def test_two_processes_give_the_losses_of_one_at_the_same_total_batch(tmp_path):
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two", *TORCHRUN)
    assert len(one) == STEPS
    for alone, shared in zip(one, two, strict=True):
        assert alone.keys() == shared.keys()
        np.testing.assert_allclose(list(shared.values()), list(alone.values()), rtol=1e-5, atol=1e-6)
