"""Notices processes that fall silent without their connections closing: a machine without power."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

from kerata.distribution.failures import Contact, sentence

# Seconds between two signs of life.
BEAT = 5.0
# Seconds without one after which a process counts as lost; JAX's runtime gives up later.
SILENCE = 45.0
_FOLDER = "kerata_alive/"


def watch(client: Any, number: int, count: int) -> None:
    """Give signs of life, and end this process with a sentence if another one's stop.

    A thread of its own does it: the main one may wait for the lost process in a collective
    operation, which no exception reaches.
    """
    arguments = (client, number, count)
    threading.Thread(target=_watch, args=arguments, name="kerata-watch", daemon=True).start()


def _watch(client: Any, number: int, count: int) -> None:
    last: dict[str, tuple[str, float]] = {}
    beat = 0
    while not (Contact.ended or Contact.lost):
        now = time.monotonic()
        try:
            client.key_value_set(f"{_FOLDER}{number}", str(beat), allow_overwrite=True)
            signs = client.key_value_dir_get(_FOLDER)
        except Exception:
            # Without the keeper nothing is heard of anybody.
            signs = []
        for name, sign in signs:
            if last.get(name, ("", 0.0))[0] != sign:
                last[name] = (sign, now)
        if any(now - heard > SILENCE for _, heard in last.values()):
            sys.stdout.flush()
            print(f"RuntimeError: {sentence(number, count)}", file=sys.stderr, flush=True)
            os._exit(1)
        beat += 1
        time.sleep(BEAT)
