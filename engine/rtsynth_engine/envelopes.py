"""The envelope of a voice, over what the network says: how it falls, and when it is over. Audio callback."""

import math
from typing import Any

import numpy as np

from .compiling import realtime
from .expression import NEPER, release_rate
from .layout import FADING, RELEASED, TICK, Memory
from .pedals import damping
from .voices import free_voice

INAUDIBLE = np.float32(3e-5)  # -90 dBFS: a released voice below this is over
OVER_SECONDS = 2.0  # a held note that was so quiet for so long is over; before, it may swell, again too
FALLEN = np.float32(0.1)  # once its release has come this far: before, a slow sound may yet be rising


@realtime
def move_envelope(memory: Memory, v: int) -> None:
    """Move a voice's envelopes by one tick, and free any voice once it cannot be heard any more."""
    voice = memory.voices[v]
    voice.swell = min(voice.swell + voice.swell_step, np.float32(1.0))
    voice.glide -= min(max(voice.glide, -voice.glide_step), voice.glide_step)
    if voice.stage == FADING:
        if voice.envelope <= np.float32(0.0):
            free_voice(memory, v)
        voice.envelope = max(voice.envelope - voice.envelope_step, np.float32(0.0))
        return
    damped = np.float32(1.0) if voice.stage == RELEASED else damping(memory, voice)
    lower_envelope(memory, voice, damped)
    if is_over(memory.state[0], voice, damped):
        free_voice(memory, v)


@realtime
def is_over(state: Any, voice: Any, damped: np.float32) -> bool:
    """Whether a voice cannot be heard any more. One that is held may still swell: its latent may move."""
    quiet = voice.loudness < INAUDIBLE * INAUDIBLE
    voice.heard = max(voice.heard, voice.onset) if quiet else state.clock
    died = damped == np.float32(0.0) and state.clock - voice.heard > OVER_SECONDS * state.rate
    fallen = damped > np.float32(0.0) and voice.envelope < FALLEN
    return bool(voice.envelope < INAUDIBLE or ((died or fallen) and quiet))


@realtime
def lower_envelope(memory: Memory, voice: Any, damped: np.float32) -> None:
    """Let a voice fall as far as its dampers lie on it (0 … 1), and as CC 75 asks."""
    nepers = memory.channels[voice.channel].decay * NEPER * np.float32(TICK / memory.state[0].rate)
    if damped > np.float32(0.0):
        nepers += damped * release_rate(memory, voice)
    if nepers > np.float32(0.0):
        voice.envelope *= np.float32(math.exp(-nepers))
