"""Real-time priority and locked memory, where the system grants them."""

import ctypes
import os

GENERATOR_PRIORITY = 10  # below every audio server's own threads
CLOCK_PRIORITY = 60  # of the null driver, which stands in for one
LOCK_PRESENT, LOCK_FUTURE, LOCK_ON_FAULT = 1, 2, 4  # MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT of Linux


def raise_priority(level: int = GENERATOR_PRIORITY) -> str:
    """Ask for round-robin real-time priority for the calling thread; returns what it got, in words."""
    if not hasattr(os, "sched_setscheduler"):
        return "normal (this system has no real-time classes for us)"
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(level))
    except OSError:
        return "normal (real-time refused)"
    return f"real-time {level}"


def lock_memory() -> str:
    """Ask the system not to page this process out; returns what it got, in words."""
    try:
        refused = ctypes.CDLL(None, use_errno=True).mlockall(LOCK_PRESENT | LOCK_FUTURE | LOCK_ON_FAULT)
    except (OSError, AttributeError):
        return "not locked (unknown to this system)"
    return "not locked (refused)" if refused else "locked"
