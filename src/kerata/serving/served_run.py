"""A run that is served, and taken up anew when it is trained again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kerata.serving.batching import Batches
from kerata.serving.errors import BadRequest

ONNX = ".onnx"
# Seconds between two looks at a run's files.
LOOKS = 1.0
# Seconds that an answer may take.
PATIENCE = 60.0


class ServedRun:
    """Answers requests by the newest state of a run's folder.

    Arguments:
        path: the run's folder, or an ONNX file that ``kerata export`` wrote.
        sizes: called with the number of rows of each batch.

    Attributes:
        name: the run's.
        about: what ``description`` says of it.
    """

    def __init__(self, path: Path, sizes: Callable[[int], None] | None = None) -> None:
        self.path = path
        exported = path.suffix == ONNX
        self.name = path.stem if exported else path.resolve().name
        self._files = [path] if exported else [path / "run.json", path / "model.keras"]
        self._sizes = sizes
        self._seen = self._state()
        self._answering, self._batches, self.about = self._loaded()
        self._watching: asyncio.Task[None] | None = None

    def _loaded(self) -> tuple[Any, Batches, dict[str, Any]]:
        """Read the run and compile what it needs.

        Raises:
            ValueError: its files are damaged.
        """
        answering = _answering(self.path)
        answering.warm()
        batches = Batches(answering.answers, self._sizes, answering.most)
        return answering, batches, answering.about

    async def answers(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Answer the rows of a request.

        Raises:
            BadRequest: rows that can't be answered, or that took too long (504).
        """
        answering, batches = self._answering, self._batches
        if answering.kind == "images":
            # Pictures take a while to decode; other requests go on meanwhile.
            rows = await asyncio.to_thread(answering.checked, rows)
        else:
            rows = answering.checked(rows)
        try:
            return answering.joined(await asyncio.wait_for(batches.ask(rows), PATIENCE))
        except TimeoutError:
            raise BadRequest(
                504, f"No answer within {PATIENCE:.0f} seconds: send fewer rows at a time."
            ) from None

    def watch(self, say: Callable[[str], None]) -> None:
        """Look for a newer state of the run until :meth:`close`.

        Arguments:
            say: prints a line.
        """
        self._watching = asyncio.create_task(self._look(say))

    async def close(self) -> None:
        """Answer what was accepted, and end."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        await self._batches.close()

    async def _look(self, say: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            state = self._state()
            # A run that is being replaced is gone for a moment.
            if state == self._seen or None in state:
                continue
            self._seen = state
            try:
                found = await asyncio.to_thread(self._loaded)
            except Exception as error:
                # Whatever a damaged file does: the state that was loaded goes on answering.
                say(f"{self.name}: the newer state can't be read ({error}); the older one answers.")
                continue
            before, (self._answering, self._batches, self.about) = self._batches, found
            say(f"{self.name}: trained anew, the newer network answers.")
            await before.close()

    def _state(self) -> tuple[Any, ...]:
        """Give what changes when the run's files are replaced."""
        found: list[Any] = []
        for path in self._files:
            try:
                facts = path.stat()
            except OSError:
                found.append(None)
            else:
                found.append((facts.st_ino, facts.st_size, facts.st_mtime_ns))
        return tuple(found)


def _answering(path: Path) -> Any:
    """Open what answers; an exported run needs no JAX, which takes a second to import."""
    if path.suffix == ONNX:
        from kerata.serving.onnx_answering import OnnxAnswering

        return OnnxAnswering(path)
    from kerata.serving.answering import Answering
    from kerata.serving.forecasting import Forecasting
    from kerata.workbench.runs.run import load

    run = load(path)
    return Forecasting(run) if run.is_forecast else Answering(run)
