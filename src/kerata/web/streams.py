"""Server-sent events: what a page is told as it happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

# So often a stream says that it lives: a browser that went away is noticed, a proxy keeps it.
BEAT = 15.0


def event(name: str, value: Any) -> bytes:
    r"""Write an event as the stream carries it.

    Arguments:
        name: of the event, which the page listens for.
        value: plain values; numbers that are not finite become null, which JSON lacks.

    >>> event("epoch", {"loss": float("nan"), "n": 1})
    b'event: epoch\ndata: {"loss": null, "n": 1}\n\n'
    """
    return written_event(name, json.dumps(finite(value), allow_nan=False))


def written_event(name: str, line: str) -> bytes:
    r"""Write an event whose value is JSON already, on one line.

    >>> written_event("n", "1")
    b'event: n\ndata: 1\n\n'
    """
    return f"event: {name}\ndata: {line}\n\n".encode()


def finite(value: Any) -> Any:
    """Replace numbers that JSON can't write by None, in dictionaries and lists too.

    >>> finite({"a": [1.5, float("inf")]})
    {'a': [1.5, None]}
    """
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def event_stream(events: AsyncIterator[bytes]) -> Any:
    """Make the response that sends events until the page goes away.

    Arguments:
        events: what ``event`` wrote, one after the other.
    """
    from starlette.responses import StreamingResponse

    return StreamingResponse(_with_beats(events), media_type="text/event-stream")


async def _with_beats(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    waiting: asyncio.Task[bytes] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(_next(events))
            done, _ = await asyncio.wait({waiting}, timeout=BEAT)
            if not done:
                yield b": alive\n\n"
                continue
            found, waiting = waiting.result(), None
            if not found:
                return
            yield found
    finally:
        if waiting is not None:
            waiting.cancel()


async def _next(events: AsyncIterator[bytes]) -> bytes:
    return await anext(events, b"")
