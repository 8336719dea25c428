"""Several processes, on one machine or many, as one training."""

from __future__ import annotations

import contextlib
import os

import jax

from kerata.distribution import agreement, rendezvous
from kerata.distribution.failures import explained

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
    rendezvous.join(address, count, number, timeout)
    with explained():
        agreement.share_seed()


def _devices_given() -> list[int] | None:
    text = os.environ.get("JAX_LOCAL_DEVICE_IDS")
    return [int(n) for n in text.split(",")] if text else None


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

            address, count, number, devices = ClusterEnv.auto_detect_unset_distributed_params(
                address, count, number, _devices_given(), None, 30
            )
            # Where several processes share a machine, each takes the GPU of its number.
            for kind in ("cuda", "rocm"):
                if devices:
                    jax.config.update(f"jax_{kind}_visible_devices", ",".join(map(str, devices)))
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
