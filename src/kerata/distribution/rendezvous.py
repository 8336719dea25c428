"""Processes find each other, and part again."""

from __future__ import annotations

import atexit
import contextlib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import jax

from kerata.distribution.failures import Contact
from kerata.distribution.watch import watch

# Seconds without a sign of life after which a process counts as dead.
_HEARTBEAT = 60
# Seconds that a process waits at its end for the others to reach theirs.
_LAST = 300
# Seconds to wait for a port that is taken.
_PATIENCE = 10
# Seconds after which JAX's runtime itself would give up, ending the process with a stack trace.
_NEVER = 24 * 3600


def join(address: str, count: int, number: int, timeout: int) -> None:
    """Meet the other processes; this one is ``number`` of ``count``.

    Raises:
        RuntimeError: too late in the program, the port is taken, not all came in time.
    """
    from jax._src import distributed, xla_bridge
    from jax._src.lib import _jax

    if xla_bridge.backends_are_initialized():
        raise RuntimeError(
            "distribution.initialize() must come before anything is computed: put it at the top of "
            "the program, before models, arrays and list_devices()."
        )
    coordinator = _start_coordinator(address, count) if number == 0 else None
    # As jax.distributed.initialize() does it, but for the keeper and the times.
    client = _jax.get_distributed_runtime_client(
        address,
        number,
        init_timeout=_NEVER,
        heartbeat_timeout=_HEARTBEAT,
        shutdown_on_destruction=False,
        use_compression=True,
    )
    met: list[bool] = []

    def meet() -> None:
        client.connect()
        met.append(True)

    meeting = threading.Thread(target=meet, name="kerata-join", daemon=True)
    meeting.start()
    meeting.join(timeout)
    if not met:
        if coordinator is not None:
            coordinator.kill()
        raise RuntimeError(_absent(address, count, number, timeout))
    state = distributed.global_state
    state.client, state.process_id, state.num_processes = client, number, count
    state.coordinator_address = address
    # The keeper stays as long as this process holds the other end of its input.
    atexit.register(_part, client, coordinator)
    watch(client, number, count)


def _part(client: Any, coordinator: Any) -> None:
    """Wait for the others to end too, unless something went wrong here."""
    if Contact.lost or hasattr(sys, "last_value"):
        return
    with contextlib.suppress(Exception):
        client.wait_at_barrier("kerata_end", _LAST * 1000)
    Contact.ended = True
    with contextlib.suppress(Exception):
        jax.distributed.shutdown()


def _absent(address: str, count: int, number: int, timeout: int) -> str:
    if number:
        return (
            f"Process {number} of {count} waited {timeout} seconds for process 0 at {address} and "
            "all others to come: is each of them running, and is the address reachable from here?"
        )
    return (
        f"Process 0 of {count} waited {timeout} seconds at {address}, but not all others came: "
        "is each of them running with this address and a process_id of its own?"
    )


def _start_coordinator(address: str, count: int) -> Any:
    port = address.rpartition(":")[2]
    numbers = [port, str(count), str(_HEARTBEAT), str(_LAST)]
    _wait_for_port(int(port))
    coordinator = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("coordinator.py")), *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # It outlives this process a little: who reads our errors must not wait for it.
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert coordinator.stdout is not None
    if coordinator.stdout.readline().strip() != "ready":
        raise RuntimeError(_taken(port))
    return coordinator


def _wait_for_port(port: int) -> None:
    """Wait until the keeper of a run that ended just now is gone from a port."""
    for second in range(_PATIENCE + 1):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", port))
            probe.listen()
            return
        if second < _PATIENCE:
            time.sleep(1)
    raise RuntimeError(_taken(port))


def _taken(port: Any) -> str:
    return (
        f"Process 0 can't listen at port {port} of this machine; is it taken by another program? "
        "Choose another one in job_addresses."
    )
