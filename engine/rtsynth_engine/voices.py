"""Voices: who sounds, who must go, and how a note begins and ends. All of it runs in the audio callback."""

import math
from typing import Any

import numpy as np

from .compiling import realtime, store_release
from .expression import bend_of, set_controls
from .heads.draws import start_stir
from .heads.partials import scramble, start_phases
from .heads.waveform import layer_velocity
from .layout import (
    BLEND_FROM,
    FADING,
    FRAME,
    FREE,
    HELD,
    KEYS,
    MISSING,
    RELEASED,
    TICK,
    VOICES,
    Memory,
)
from .pedals import is_held, is_mono
from .stealing import weakest_voice
from .tuning import hertz_of

FADE_SECONDS = (
    0.006  # a stolen voice is gone in this time, short enough to make room and long enough not to click
)
EVEN_RELEASE = np.float32(64.0 / 127.0)  # velocity that neither hurries nor delays a release


@realtime
def start_note(memory: Memory, press: Any, velocity: np.float32) -> int:
    """Begin a note at the state's clock and return its voice. `press` says what; `velocity` in 0 … 1."""
    presses = 1 + replace_note(memory, press)
    choke(memory, press)
    if count_sounding(memory) >= memory.state[0].polyphony:
        fade_voice(memory, weakest_voice(memory))
    v = free_slot(memory)
    fill_voice(memory, v, press, velocity)
    memory.voices[v].presses = presses
    return v


@realtime
def replace_note(memory: Memory, press: Any) -> int:
    """Let go of the voice this key already plays; returns the presses it had waiting for a note-off."""
    presses = 0
    for v in range(VOICES):
        voice = memory.voices[v]
        same = voice.channel == press.channel and voice.key == press.key and voice.part == press.part
        if voice.stage == HELD and same:
            if voice.presses > 0:
                presses += voice.presses
            release_voice(voice)
    return presses


@realtime
def choke(memory: Memory, press: Any) -> None:
    """Take away what the key's group of its kit sounds."""
    groups = memory.programs[press.program].choke
    if groups[press.note] == 0:
        return
    for v in range(VOICES):
        voice = memory.voices[v]
        same = voice.stage != FREE and voice.channel == press.channel and voice.program == press.program
        if same and voice.note != press.note and groups[voice.note] == groups[press.note]:
            fade_voice(memory, v)


@realtime
def end_note(memory: Memory, channel: int, key: int, velocity: np.float32, carried: bool) -> None:
    """Answer one press of a key, let go at `velocity`. With a pedal down the voice rings on until it goes up.

    A mono voice that is `carried` on to another key is left as it is.
    """
    for v in range(VOICES):
        voice = memory.voices[v]
        ours = voice.stage == HELD and voice.channel == channel and voice.key == key and voice.presses > 0
        if ours and not (carried and is_mono(memory, channel, voice.program)):
            voice.presses -= 1
            if voice.presses == 0:
                voice.release_velocity = velocity
                freeze_bend(memory, voice)
                if not is_held(memory, voice):
                    release_voice(voice)


@realtime
def freeze_bend(memory: Memory, voice: Any) -> None:
    """Keep the bend of a note whose MPE channel may now play another."""
    channel = memory.channels[voice.channel]
    if channel.lead >= 0:
        voice.frozen, voice.bend = 1, bend_of(memory, voice)


@realtime
def release_unheld(memory: Memory, channel: int) -> None:
    """Release every voice that only a pedal held, and no longer does."""
    for v in range(VOICES):
        voice = memory.voices[v]
        ours = voice.stage == HELD and voice.channel == channel and voice.presses == 0
        if ours and not is_held(memory, voice):
            release_voice(voice)


@realtime
def release_channel(memory: Memory, channel: int) -> None:
    """All notes off: every key of the channel goes up; pedals still hold."""
    for key in range(KEYS):
        memory.pressed[channel, key].order = 0
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == HELD and voice.channel == channel:
            voice.presses = 0
            if not is_held(memory, voice):
                release_voice(voice)


@realtime
def silence_channel(memory: Memory, channel: int) -> None:
    """All sound off: every voice of the channel fades at once."""
    for key in range(KEYS):
        memory.pressed[channel, key].order = 0
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage != FREE and voice.channel == channel:
            fade_voice(memory, v)


@realtime
def release_voice(voice: Any) -> None:
    """Start the release; the next tick begins to lower the envelope."""
    voice.stage = RELEASED
    voice.presses = 0


@realtime
def fade_voice(memory: Memory, v: int) -> None:
    """Take a voice away within FADE_SECONDS; its slot stays in use until then."""
    voice = memory.voices[v]
    if voice.stage != FADING:
        ticks = max(1.0, math.floor(FADE_SECONDS * memory.state[0].rate / TICK))
        voice.stage = FADING
        voice.presses = 0
        voice.envelope_step = np.float32(voice.envelope / ticks)


@realtime
def free_voice(memory: Memory, v: int) -> None:
    """Give the slot back; the generator thread sees serial 0 and stops."""
    memory.voices[v].stage = FREE
    store_release(memory.serials, v, 0)


@realtime
def count_sounding(memory: Memory) -> int:
    """Voices that hold or ring; fading ones have already been replaced."""
    count = 0
    for v in range(VOICES):
        stage = memory.voices[v].stage
        if stage in (HELD, RELEASED):
            count += 1
    return count


@realtime
def free_slot(memory: Memory) -> int:
    """A slot for a new voice; when even the fading ones fill all slots, the most faded is cut."""
    best, least = 0, np.float32(math.inf)
    for v in range(VOICES):
        voice = memory.voices[v]
        if voice.stage == FREE:
            return v
        if voice.stage == FADING and voice.envelope < least:
            best, least = v, voice.envelope
    return best


@realtime
def fill_voice(memory: Memory, v: int, press: Any, velocity: np.float32) -> None:
    """Set a slot up for a note and ask the generator thread for its frames."""
    state, voice = memory.state[0], memory.voices[v]
    state.notes += 1
    voice.stage, voice.serial, voice.onset = HELD, state.notes, state.clock
    voice.channel, voice.key, voice.velocity = press.channel, press.key, velocity
    voice.part, voice.note, voice.pitch = press.part, press.note, press.pitch
    voice.glide = voice.glide_step = voice.touch = np.float32(0.0)
    voice.latched, voice.frozen, voice.release_velocity = 0, 0, EVEN_RELEASE
    choose_sound(memory, voice, press)
    begin_swell(memory, voice)
    still_voice(voice)
    seed = scramble(state.seed ^ np.uint64(state.notes * KEYS + press.key))
    start_phases(voice, seed)
    start_stir(voice, seed)
    request_frames(memory, v)


@realtime
def choose_sound(memory: Memory, voice: Any, press: Any) -> None:
    """Give a voice its program: frequency, level, and the key whose frames it plays, cached or not."""
    sound = memory.programs[press.program]
    voice.program, voice.level = press.program, sound.level * press.level
    voice.pan = sound.pan + press.pan
    voice.fundamental = hertz_of(memory, voice)
    choose_timbre(memory, voice)
    voice.attack = nearest_attack(memory, sound.cache, voice.timbre)
    if sound.kit and voice.attack != voice.timbre:
        voice.attack = -1
    voice.cache = sound.cache if voice.attack >= 0 else -1
    if memory.state[0].sounds:
        choose_layer(voice)


@realtime
def choose_layer(voice: Any) -> None:
    """Let a voice whose frames are sound play one layer of velocity of a key that is ready: the rest of its
    velocity is gain, of its pitch speed.
    """
    voice.timbre = voice.attack if voice.cache >= 0 else voice.timbre
    voice.level *= voice.velocity * voice.velocity
    voice.velocity = layer_velocity(voice.velocity)


@realtime
def choose_timbre(memory: Memory, voice: Any) -> None:
    """The key whose frames sound: the nearest to the pitch within the program's range."""
    sound = memory.programs[voice.program]
    voice.timbre = min(max(math.floor(voice.pitch + np.float32(0.5)), sound.low), sound.high)


@realtime
def begin_swell(memory: Memory, voice: Any) -> None:
    """A voice of a channel with an attack time rises from silence; others are there at once."""
    seconds = memory.channels[voice.channel].attack
    voice.swell = np.float32(0.0) if seconds > np.float32(0.0) else np.float32(1.0)
    voice.swell_step = np.float32(TICK / memory.state[0].rate) / max(seconds, np.float32(1e-3))


@realtime
def nearest_attack(memory: Memory, cache: int, key: int) -> int:
    """The key nearest to `key` whose attack slot `cache` holds; -1 where there is none.

    Frames are ratios, so another key's attack sounds at the note's own pitch; the stream brings the timbre.
    """
    for distance in range(KEYS if cache >= 0 else 0):
        for near in (key - distance, key + distance):
            if 0 <= near < KEYS and memory.lamps[cache * KEYS + near] != MISSING:
                return near
    return -1


@realtime
def still_voice(voice: Any) -> None:
    """Bring a slot to rest: what a voice holds until its first frame is silence."""
    voice.envelope = voice.loudness = np.float32(1.0)
    voice.left = voice.right = voice.send = np.float32(0.0)
    voice.left_step = voice.right_step = voice.send_step = np.float32(0.0)
    voice.chorus = voice.chorus_step = np.float32(0.0)
    voice.ramp_at, voice.frame_index, voice.shaped, voice.rest = -1, -2, 1, 0
    for i in range(FRAME):
        voice.later[i] = voice.trend[i] = np.float32(0.0)


@realtime
def request_frames(memory: Memory, v: int) -> None:
    """Publish the note to the generator thread: what it is first, its serial last."""
    voice, request = memory.voices[v], memory.requests[v]
    store_release(memory.serials, v, 0)
    request.pitch, request.velocity, request.program = np.float32(voice.timbre), voice.velocity, voice.program
    request.first = BLEND_FROM if voice.cache >= 0 else 0
    set_controls(memory, v)
    store_release(memory.position, v, 0)
    store_release(memory.serials, v, voice.serial)
