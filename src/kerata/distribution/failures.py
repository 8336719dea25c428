"""One sentence where a run of several processes loses one of them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import jax

# How JAX's runtime and its collectives report a lost process: a status, then words like these.
# They come as JaxRuntimeError or, out of some calls, as ValueError.
_SIGNS = re.compile(
    r"^(UNKNOWN|UNAVAILABLE|INTERNAL|ABORTED|CANCELLED|DEADLINE_EXCEEDED|FAILED_PRECONDITION)\b"
    r".*(gloo|nccl|coordination|heartbeat|peer|socket|barrier)",
    re.IGNORECASE | re.DOTALL,
)


class Contact:
    """Whether this process still has contact with the others, as far as is known."""

    lost = False
    ended = False  # all have reached their end


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Say in a sentence that another process was lost, where one was.

    Raises:
        RuntimeError: another process died or can't be reached any more.
    """
    try:
        yield
    except (RuntimeError, ValueError) as error:
        if not _SIGNS.match(str(error)):
            raise
        Contact.lost = True
        raise RuntimeError(sentence(jax.process_index(), jax.process_count())) from None


def sentence(number: int, count: int) -> str:
    """Say that process ``number`` of ``count`` has lost another one."""
    return (
        f"Process {number} of {count} lost contact with another process of this run, which died or "
        "can't be reached, so the run ended here. That process's own output says why; then start "
        "all processes again: with callbacks.BackupAndRestore they go on from the last backup."
    )
