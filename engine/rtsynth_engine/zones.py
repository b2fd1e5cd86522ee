"""MPE zones: a lead channel and the members that play one note each. All of it in the audio callback.

Source: MIDI Polyphonic Expression 1.0 (RP-053).
"""

import numpy as np

from .compiling import realtime
from .layout import Memory

LOWER, UPPER = 0, 15  # the leads of the two zones
NOBODY = -1
MOST_MEMBERS = 15
MEMBER_RANGE, LEAD_RANGE = np.float32(48.0), np.float32(2.0)  # semitones of bend


@realtime
def member(lead: int, i: int) -> int:
    """Member i (1, 2, …) of the zone that channel `lead` leads."""
    return lead + i if lead & 15 == LOWER else lead - i


@realtime
def set_zone(memory: Memory, c: int, members: int) -> None:
    """Give channel `c`, the first or last of its port, so many members; 0 dissolves the zone.

    What they belonged to before gives way.
    """
    if c & 15 not in (LOWER, UPPER):
        return
    leave_zone(memory, c)
    dissolve_zone(memory, c)
    members = min(members, MOST_MEMBERS)
    for i in range(1, members + 1):
        other = member(c, i)
        leave_zone(memory, other)
        if other & 15 in (LOWER, UPPER):
            dissolve_zone(memory, other)
        join_zone(memory, other, c, MEMBER_RANGE)
        memory.channels[other].bend = np.float32(0.0)
    memory.channels[c].members = members
    memory.channels[c].bend_range = LEAD_RANGE


@realtime
def join_zone(memory: Memory, c: int, lead: int, bend_range: np.float32) -> None:
    """Let a channel follow `lead`, or NOBODY."""
    memory.channels[c].lead, memory.channels[c].bend_range = lead, bend_range
    memory.moving[c] = 1


@realtime
def dissolve_zone(memory: Memory, c: int) -> None:
    """Let all members of a lead go."""
    for i in range(1, memory.channels[c].members + 1):
        join_zone(memory, member(c, i), NOBODY, LEAD_RANGE)
    memory.channels[c].members = 0


@realtime
def leave_zone(memory: Memory, c: int) -> None:
    """Take a channel, and those beyond it, out of its zone: members always lie side by side."""
    lead = memory.channels[c].lead
    if lead >= 0:
        inside = abs(c - lead) - 1
        for i in range(inside + 1, memory.channels[lead].members + 1):
            join_zone(memory, member(lead, i), NOBODY, LEAD_RANGE)
        memory.channels[lead].members = inside
