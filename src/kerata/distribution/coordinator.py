"""A small program beside the first process, through which all processes find each other.

In JAX this service lives inside the first process, and when that one dies all others are
ended by the runtime with a stack trace of its own. As a program of its own it stays a little
longer, so that the others can end with a sentence. It is run by its path and imports nothing of
this package, to start fast.
"""

from __future__ import annotations

import signal
import sys
import time
from typing import Any

# Seconds in which the others notice that the first process is gone, and end.
_LINGER = 5


def serve(module: Any, port: str, processes: int, heartbeat: int, last: int) -> None:
    """Serve until a little after the first process's end, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    service = module.get_distributed_runtime_service(
        f"[::]:{port}", processes, heartbeat_timeout=heartbeat, shutdown_timeout=last
    )
    print("ready", flush=True)
    # That process holds the other end of this pipe.
    sys.stdin.read()
    time.sleep(_LINGER)
    service.shutdown()


if __name__ == "__main__":
    from jaxlib import _jax

    serve(_jax, sys.argv[1], *map(int, sys.argv[2:]))
