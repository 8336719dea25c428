"""Several processes, on one machine or many, as one training."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jax

from kerata.distribution import agreement
from kerata.distribution.failures import Contact

# Seconds without a sign of life after which a process counts as dead.
_HEARTBEAT = 60
# Seconds that a process waits at its end for the others to reach theirs.
_SHUTDOWN = 300
# Seconds to wait for a port that is taken.
_PATIENCE = 8
_VARIABLE = "KERAS_DISTRIBUTION_"


def initialize(
    job_addresses: str | None = None,
    num_processes: int | None = None,
    process_id: int | None = None,
    timeout: int = 300,
) -> None:
    """Join the processes that train together; call it before anything is computed.

    After it ``list_devices()`` gives the devices of all processes, and random numbers are the
    same in all of them. What is left out is taken from the environment's variables
    ``KERAS_DISTRIBUTION_JOB_ADDRESSES``, ``KERAS_DISTRIBUTION_NUM_PROCESSES`` and
    ``KERAS_DISTRIBUTION_PROCESS_ID``, or from SLURM, Open MPI or a TPU's own.

    Arguments:
        job_addresses: address and port of process 0, ``'10.0.0.1:1234'``; the addresses of all
            processes, separated by commas, are taken too.
        num_processes: how many processes there are.
        process_id: which of them this one is, from 0.
        timeout: seconds to wait for all of them to come.

    Raises:
        ValueError: no address, a wrong number, several addresses but another number of them.
        RuntimeError: called a second time or too late; not all processes came in time.
    """
    if jax.distributed.is_initialized():
        raise RuntimeError("distribution.initialize() was called already; once is enough.")
    given = job_addresses or os.environ.get(_VARIABLE + "JOB_ADDRESSES")
    count = _number("num_processes", num_processes)
    number = _number("process_id", process_id)
    addresses = [a.strip() for a in given.split(",")] if given else []
    if len(addresses) > 1:
        count = len(addresses) if count is None else count
        if count != len(addresses):
            raise ValueError(
                f"job_addresses has {len(addresses)} addresses, but num_processes is {count}; "
                "give the first one alone, or one for each process."
            )
    address, count, number = _completed(addresses[0] if addresses else None, count, number)
    _join(address, count, number, timeout)
    agreement.share_seed()


def _number(name: str, given: int | None) -> int | None:
    text = os.environ.get(_VARIABLE + name.upper()) if given is None else given
    try:
        return None if text is None else int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, got {text!r}.") from None


def _completed(address: str | None, count: int | None, number: int | None) -> tuple[str, int, int]:
    """Fill in from the cluster what was not given, and check all of it."""
    if None in (address, count, number):
        with contextlib.suppress(ImportError, AttributeError, TypeError):
            from jax._src.clusters import ClusterEnv

            address, count, number, _ = ClusterEnv.auto_detect_unset_distributed_params(
                address, count, number, [0], None, 30
            )
    for name, value, example in (
        ("job_addresses", address, "'10.0.0.1:1234' (the address of process 0)"),
        ("num_processes", count, "2"),
        ("process_id", number, "0"),
    ):
        if value is None:
            raise ValueError(
                f"distribution.initialize() needs {name}, such as {example}, or the variable "
                f"{_VARIABLE}{name.upper()}; only on SLURM, Open MPI and TPUs it finds it alone."
            )
    assert address is not None
    assert count is not None
    assert number is not None
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"job_addresses needs a port, as in '10.0.0.1:1234', got {address!r}.")
    if not 0 <= number < count:
        raise ValueError(
            f"process_id must be from 0 to num_processes - 1, got process_id={number} and "
            f"num_processes={count}."
        )
    return address, count, number


def _join(address: str, count: int, number: int, timeout: int) -> None:
    from jax._src import distributed, xla_bridge
    from jax._src.lib import _jax

    if xla_bridge.backends_are_initialized():
        raise RuntimeError(
            "distribution.initialize() must come before anything is computed: put it at the top of "
            "the program, before models, arrays and list_devices()."
        )
    keeper = _start_keeper(address, count) if number == 0 else None
    state = distributed.global_state
    # As jax.distributed.initialize() does, but for the keeper, and for a runtime that must not
    # end this process by itself at its exit.
    client = _jax.get_distributed_runtime_client(
        address,
        number,
        init_timeout=timeout,
        shutdown_timeout=_SHUTDOWN,
        heartbeat_timeout=_HEARTBEAT,
        shutdown_on_destruction=False,
        use_compression=True,
    )
    try:
        client.connect()
    except jax.errors.JaxRuntimeError as error:
        if keeper is not None:
            keeper.kill()
        raise RuntimeError(_absent(address, count, number, timeout)) from error
    state.client, state.process_id, state.num_processes = client, number, count
    state.coordinator_address = address
    atexit.register(_leave, keeper)


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


def _start_keeper(address: str, count: int) -> Any:
    port = address.rpartition(":")[2]
    numbers = [port, str(count), str(_HEARTBEAT), str(_SHUTDOWN)]
    _wait_for_port(int(port))
    keeper = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("keeper.py")), *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # It outlives this process a little: who reads our errors must not wait for it.
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    if keeper.stdout.readline().strip() != "ready":
        raise RuntimeError(_taken(port))
    return keeper


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


def _leave(keeper: Any) -> None:
    """Wait for the others to end too, unless something went wrong here."""
    if Contact.lost or hasattr(sys, "last_value"):
        return
    with contextlib.suppress(Exception):
        jax.distributed.shutdown()
    if keeper is not None:
        with contextlib.suppress(OSError):
            keeper.stdin.write("done\n")
            keeper.stdin.close()
