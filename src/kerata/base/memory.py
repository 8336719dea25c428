"""How much memory is left, where the system reports it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

_GROUP = Path("/sys/fs/cgroup")


def available_bytes() -> int | None:
    """Give how many bytes this process may still take, or None if unknown."""
    left = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        message = next(line for line in [*lines, ""] if line.startswith("MemAvailable") or not line)
        left.append(1024 * int(message.split()[1]))
    with contextlib.suppress(OSError, ValueError):
        most, used = ((_GROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        left.append(int(most) - int(used))
    return max(0, min(left)) if left else None


def lacks_memory(error: BaseException) -> bool:
    """Say whether an error is a lack of memory: Python's, or the compiler's word for it.

    >>> lacks_memory(MemoryError()), lacks_memory(RuntimeError("INTERNAL: no memory of it"))
    (True, False)
    """
    said = isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" in str(error)
    return said or isinstance(error, MemoryError)


@contextlib.contextmanager
def memory_errors(what: str) -> Iterator[None]:
    """Turn the compiler's word for a lack of memory into Python's.

    Raises:
        MemoryError: naming what could not be done.
    """
    try:
        yield
    except RuntimeError as error:
        if not lacks_memory(error):
            raise
        message = str(error).split("RESOURCE_EXHAUSTED: ", 1)[-1].splitlines()[0].rstrip(".")
        raise MemoryError(f"{what} needs more memory than there is ({message}).") from error
