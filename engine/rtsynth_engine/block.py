"""The block: everything that sounds in one audio period, compiled into one function that every driver calls.

A period is cut at every event and at every tick (TICK frames on the engine's own clock), never at the
period's own ends: the same events give the same samples whatever the period.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chorus import add_chorus
from .compiling import realtime
from .effects import begin_hush, make_safe, reverberate
from .envelopes import move_envelope
from .events import collect, frames_to_event, is_due, panic, watch_ports
from .expression import move_channels, pitch_ratio, reverb_send, set_controls, voice_level
from .handle import call_events
from .heads.noise import aim_noise, ask_noise, clear_noise, gather_noise, render_noise
from .heads.partials import frame_loudness, gather_partials, render_partials, scatter_partials
from .heads.waveform import aim_waveform, render_waveform
from .layout import ALL, FREE, NONE, TICK, VOICES, Memory
from .rings import Ring
from .streaming import advance_frames, begin_phases, has_frames, shape_voice
from .tape import keep_frames
from .tuning import key_hertz

ONSET_SECONDS = 0.001  # partials may start at any phase: so short a ramp removes the step, not the attack
QUARTER = math.pi / 4.0


@realtime
def process(
    memory: Memory, rings: tuple[Ring, Ring, Ring], handle: Any, out: Any, stride: int, frames: int
) -> None:
    """Render one period into every `stride`-th element of the two arrays `out`; `rings` are the host's, the
    MIDI process's and the page's; `handle` leads to the same memory. Audio callback or offline renderer.
    """
    state = memory.state[0]
    if state.panic:
        panic(memory, rings)
    for source in range(len(rings)):
        collect(memory, rings[source], source > 0)
    if frames == 0:
        act_until(memory, handle, state.clock)
    done = 0
    while done < frames:
        if state.tick_left == 0:
            begin_tick(memory)
        act_until(memory, handle, state.clock)
        if state.aim > 0:
            aim_voices(memory)
        act_until(memory, handle, state.clock + state.tick_left - 1)
        count = min(frames - done, state.tick_left, frames_to_event(memory))
        render(memory, count)
        for n in range(count):
            out[0][(done + n) * stride] = memory.scratch[0, n]
            out[1][(done + n) * stride] = memory.scratch[1, n]
        keep_frames(memory, count)
        done += count


@realtime
def act_until(memory: Memory, handle: Any, horizon: int) -> None:
    """Let the events act that are due."""
    memory.state[0].horizon = horizon
    if is_due(memory):
        call_events(handle)


@realtime
def begin_tick(memory: Memory) -> None:
    """Let one tick pass: channels and envelopes. Gains, and partials that do not rest, want a new aim."""
    state, sounding = memory.state[0], 0
    watch_ports(memory)
    begin_hush(memory)
    state.tick_left = TICK
    state.aim = ALL
    move_channels(memory, TICK / state.rate)
    for v in range(VOICES):
        if memory.voices[v].stage != FREE:
            sounding += 1
            move_envelope(memory, v)
    telemetry = memory.telemetry[0]
    telemetry.voices = sounding
    telemetry.peak_voices = max(telemetry.peak_voices, sounding)


@realtime
def aim_voices(memory: Memory) -> None:
    """Aim the ramps of all voices, or of those that start at this very frame, at the end of the tick under
    way.
    """
    state = memory.state[0]
    if state.aim == ALL:
        clear_noise(state)
    for v in range(VOICES):
        voice = memory.voices[v]
        starts = voice.onset == state.clock and voice.frame_index < 0
        if voice.stage != FREE and (starts or state.aim == ALL):
            aim_voice(memory, v)
    aim_noise(state, state.tick_left)
    state.aim = NONE


@realtime
def aim_voice(memory: Memory, v: int) -> None:
    """Aim a voice's gains and noise at the end of the tick under way, and its partials unless they rest."""
    state, voice = memory.state[0], memory.voices[v]
    if not has_frames(memory, v):
        voice.onset = state.clock + state.tick_left
        return
    hertz = np.float32(voice.fundamental * pitch_ratio(memory, voice))
    if state.sounds:
        set_controls(memory, v)
        aim_waveform(memory, v, float(hertz), key_hertz(voice.timbre))
    elif voice.rest > 0 and hertz == voice.hertz:
        voice.rest -= 1
    else:
        aim_tone(memory, v, hertz)
    left, right, send, chorus = voice_gains(memory, voice)
    aim_gains(voice, left, right, send, chorus, state.tick_left)
    if not state.sounds:
        ask_noise(state, voice, left, right, send)
    voice.loudness = voice.power * (voice.level * voice.envelope) ** 2


@realtime
def aim_tone(memory: Memory, v: int, hertz: np.float32) -> None:
    """Aim a voice's partials and noise at its next frame, or, while its onset is shaped, at the tick's end.

    Between two frames ramps are straight anyway, so they rest until then, unless the pitch `hertz` moves.
    """
    state, voice = memory.state[0], memory.voices[v]
    set_controls(memory, v)
    scatter_partials(voice)
    voice.rest = 0 if voice.shaped or state.tick_left < TICK else ticks_to_frame(state, voice) - 1
    frames = state.tick_left + voice.rest * TICK
    age = state.clock + frames - voice.onset
    place = age * state.frames_per_sample
    if voice.frame_index < 0:
        begin_phases(memory, v)
    advance_frames(memory, v, int(place))
    blend = np.float32(place - int(place))
    if voice.shaped:
        shape_voice(memory, v, age)
    turn = np.float32(2.0 * math.pi * hertz / state.rate)
    gather_partials(voice, blend, turn, hertz, frames, state.audible)
    voice.hertz = hertz
    voice.power = frame_loudness(voice) + gather_noise(voice, blend)


@realtime
def ticks_to_frame(state: Any, voice: Any) -> int:
    """Ticks, from the one that begins now, until the end of one is as near as can be to a frame of the voice.

    The ends of frames and ticks need not meet: half a tick early is late enough.
    """
    per_tick = TICK * state.frames_per_sample
    place = (state.clock - voice.onset) * state.frames_per_sample
    left = math.floor(place + 0.5 * per_tick) + 1.0 - place
    return max(int(left / per_tick + 0.5), 1)


@realtime
def voice_gains(memory: Memory, voice: Any) -> Any:
    """Left, right, reverb and chorus gain of a voice, linear; the pan keeps the power."""
    channel, level, one = memory.channels[voice.channel], voice_level(memory, voice), np.float32(1.0)
    angle = np.float32(QUARTER) * (one + min(max(channel.pan_now + voice.pan, -one), one))
    left, right = level * np.float32(math.cos(angle)), level * np.float32(math.sin(angle))
    return left, right, level * reverb_send(memory, voice), level * channel.chorus


@realtime
def aim_gains(
    voice: Any, left: np.float32, right: np.float32, send: np.float32, chorus: np.float32, frames: int
) -> None:
    """Ramp a voice's gains from where they are to their targets within `frames`; a new note starts at its
    targets.
    """
    if voice.ramp_at < 0:
        voice.left, voice.right, voice.send, voice.chorus = left, right, send, chorus
    else:
        done = np.float32(voice.ramp_at)
        voice.left += done * voice.left_step
        voice.right += done * voice.right_step
        voice.send += done * voice.send_step
        voice.chorus += done * voice.chorus_step
    step = np.float32(1.0) / np.float32(frames)
    voice.left_step = (left - voice.left) * step
    voice.right_step = (right - voice.right) * step
    voice.send_step = (send - voice.send) * step
    voice.chorus_step = (chorus - voice.chorus) * step
    voice.ramp_at = 0


@realtime
def render(memory: Memory, frames: int) -> None:
    """Render `frames` (1…TICK) samples, in which nothing changes but ramps, into the first rows of the
    scratch.
    """
    state = memory.state[0]
    scratch = memory.scratch
    dry_left, dry_right, send, chorus = scratch[0], scratch[1], scratch[2], scratch[5]
    render_noise(memory, dry_left, False, frames)
    render_noise(memory, dry_right, True, frames)
    for n in range(frames):
        send[n] = (dry_left[n] + dry_right[n]) * np.float32(0.5) * state.noise_send
        chorus[n] = np.float32(0.0)
    for v in range(VOICES):
        if memory.voices[v].stage != FREE:
            mix_voice(memory, v, dry_left, dry_right, send, chorus, frames)
    add_chorus(memory, chorus, dry_left, dry_right, frames)
    reverberate(memory, send, dry_left, dry_right, frames)
    make_safe(memory, dry_left, dry_right, frames, memory.telemetry[0])
    state.clock += frames
    state.tick_left -= frames
    state.noise_at += frames


@realtime
def mix_voice(
    memory: Memory,
    v: int,
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    send: NDArray[np.float32],
    chorus: NDArray[np.float32],
    frames: int,
) -> None:
    """Add one voice to the buses, ramping its gains and, in its first millisecond, the onset of
    partials.
    """
    out, voice = memory.scratch[3], memory.voices[v]
    if memory.state[0].sounds:
        render_waveform(memory, v, out, frames)
    else:
        render_partials(voice, out, frames)
        soften_onset(memory.state[0], voice, out, frames)
    add_ramped(left, out, voice.left, voice.left_step, voice.ramp_at, frames)
    add_ramped(right, out, voice.right, voice.right_step, voice.ramp_at, frames)
    add_ramped(send, out, voice.send, voice.send_step, voice.ramp_at, frames)
    if voice.chorus != np.float32(0.0) or voice.chorus_step != np.float32(0.0):
        add_ramped(chorus, out, voice.chorus, voice.chorus_step, voice.ramp_at, frames)
    voice.ramp_at += frames


@realtime
def add_ramped(
    bus: NDArray[np.float32],
    sound: NDArray[np.float32],
    gain: np.float32,
    step: np.float32,
    start: int,
    frames: int,
) -> None:
    """Add `frames` samples of `sound` to `bus`, at `gain` plus `step` for each sample since `start` ago."""
    for n in range(frames):
        bus[n] += sound[n] * (gain + np.float32(start + n) * step)


@realtime
def soften_onset(state: Any, voice: Any, out: NDArray[np.float32], frames: int) -> None:
    """Fade a note in over ONSET_SECONDS, in place on (frames,)."""
    age, length = state.clock - voice.onset, ONSET_SECONDS * state.rate
    if age < length:
        for n in range(frames):
            out[n] *= np.float32(min((age + n + 1) / length, 1.0))
