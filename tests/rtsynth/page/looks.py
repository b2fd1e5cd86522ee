"""Parts for tests of what pages see: an engine, and its memory as another process maps it."""

import os

from rtsynth_engine.engine import Engine, Sound
from rtsynth_engine.layout import Memory
from rtsynth_engine.memory import attach_memory, memory_file
from tests.engine.parts import Organ, organ_bundle


def engine_and_memory(rate: float = 48_000.0, generator=None, **sound) -> tuple[Engine, Memory]:
    file = memory_file()
    engine = Engine(organ_bundle(), rate, generator=generator or Organ(), file=file)
    engine.set_sound(0, Sound((0.0,), reverb=0.0, **sound))
    engine.prepare()
    memory = attach_memory(file)
    os.close(file)
    return engine, memory
