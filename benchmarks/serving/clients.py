"""Clients that ask a server for answers, as many at once as are wanted."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

# Seconds after which a slow server gets no further requests.
LONGEST = 8.0


class Client:
    """One kept connection of HTTP/1.1; as little Python as possible, since it shares the cores."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> Client:
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: Any) -> None:
        """Close."""
        self.writer.close()

    async def ask(self, body: bytes) -> tuple[int, bytes]:
        """Post a body; give the status and the answer."""
        self.writer.write(
            b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % (self.port, len(body)) + body
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        return int(head[9:12]), await self.reader.readexactly(length)


async def _asked(port: int, bodies: Sequence[bytes], at_once: int) -> dict[str, Any]:
    seconds: list[float] = []
    failed = 0
    waiting = iter(bodies)
    until = time.perf_counter() + LONGEST

    async def one() -> None:
        nonlocal failed
        try:
            async with Client(port) as client:
                for body in waiting:
                    if time.perf_counter() > until:
                        return
                    begun = time.perf_counter()
                    status, _ = await client.ask(body)
                    seconds.append(time.perf_counter() - begun)
                    failed += status != 200
        except (OSError, asyncio.IncompleteReadError):
            failed += 1

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    total = time.perf_counter() - begun
    low, middle, high = np.percentile(seconds, [50, 95, 99]) * 1e3
    return {
        "requests": len(seconds),
        "failed": failed,
        "per_second": len(seconds) / total,
        "p50_ms": float(low),
        "p95_ms": float(middle),
        "p99_ms": float(high),
    }


def asked(port: int, rows: Sequence[Any], at_once: int) -> dict[str, Any]:
    """Post each of some rows alone.

    Arguments:
        port: of the server, on this machine.
        rows: objects.
        at_once: connections.

    Returns:
        Requests a second, percentiles of their times in milliseconds, how many failed.
    """
    bodies = [json.dumps([row]).encode() for row in rows]
    return asyncio.run(_asked(port, bodies, at_once))


def asked_together(port: int, rows: Sequence[Any]) -> float:
    """Post all rows in one request; give rows a second."""

    async def ask() -> float:
        body = json.dumps(list(rows)).encode()
        async with Client(port) as client:
            begun = time.perf_counter()
            status, said = await client.ask(body)
            if status != 200:
                raise RuntimeError(said[:200])
            return len(rows) / (time.perf_counter() - begun)

    return asyncio.run(ask())
