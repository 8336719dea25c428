"""Requests that come at the same time are answered by one call of the network."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kerata.serving.errors import BadRequest

# Rows of one call, unless a single request has more.
ROWS = 512
# Rows that may wait; more are refused, since they would wait for longer than anybody does.
WAITING = 100_000


class Batches:
    """Collects the rows of requests and answers them together, in a thread of its own.

    A request that finds the network idle starts at once; those that come while it computes are
    the next batch. So nobody waits for company, and the more requests there are, the larger the
    batches become.

    Arguments:
        answer: gives an answer for each of the rows of several requests.
        sizes: called with the number of rows of each batch, for the figures.
        most: rows of several requests that go together; larger requests go alone.
    """

    def __init__(
        self,
        answer: Callable[[list[Any]], list[Any]],
        sizes: Callable[[int], None] | None = None,
        most: int = ROWS,
    ) -> None:
        self._answer, self._most = answer, most
        self._sizes = sizes
        self._thread = ThreadPoolExecutor(1, "kerata-answers")
        self._waiting: deque[tuple[list[Any], asyncio.Future[list[Any]]]] = deque()
        self._rows = 0
        self._busy: asyncio.Task[None] | None = None

    async def ask(self, rows: list[Any]) -> list[Any]:
        """Give the answers to some rows.

        Raises:
            BadRequest: rows that can't be answered, or too many that wait (503).
        """
        if self._rows + len(rows) > WAITING:
            raise BadRequest(
                503,
                f"{self._rows:,} rows wait already: try again in a second.",
                headers={"retry-after": "1"},
            )
        if not rows:
            return []
        future: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, future))
        self._rows += len(rows)
        if self._busy is None or self._busy.done():
            self._busy = asyncio.create_task(self._work())
        return await future

    async def close(self) -> None:
        """Answer what was accepted, and end."""
        while self._busy is not None and not self._busy.done():
            await asyncio.wait({self._busy})
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken = [self._waiting.popleft()]
            count = len(taken[0][0])
            while self._waiting and count + len(self._waiting[0][0]) <= self._most:
                taken.append(self._waiting.popleft())
                count += len(taken[-1][0])
            self._rows -= count
            # Whoever gave up waiting is not computed for.
            wanted = [(rows, future) for rows, future in taken if not future.done()]
            if not wanted:
                continue
            if self._sizes is not None:
                self._sizes(sum(len(rows) for rows, _ in wanted))
            found = await loop.run_in_executor(
                self._thread, self._together, [rows for rows, _ in wanted]
            )
            for (_, future), answer in zip(wanted, found, strict=True):
                if future.done():
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _together(self, requests: list[list[Any]]) -> list[Any]:
        """Answer several requests; one that can't be answered doesn't spoil the others."""
        try:
            answers = self._answer([row for rows in requests for row in rows])
        except Exception as error:
            # One of the requests is at fault: alone, each has its answer or its own error.
            if len(requests) == 1:
                return [error]
            return [self._together([rows])[0] for rows in requests]
        ends = iter(answers)
        return [[next(ends) for _ in rows] for rows in requests]
