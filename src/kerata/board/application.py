"""The board's addresses, and the threads that look at the folder of runs."""

from __future__ import annotations

import asyncio
import contextlib
import html
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from kerata.board.comparing import comparison
from kerata.board.details import curves, details, layers_of, spark
from kerata.board.index import RunIndex
from kerata.board.mistakes import mistakes
from kerata.utils.plain_files import read_plain
from kerata.web import Assets, answering, document, event_stream, written_event
from kerata.web.guard import STILL
from kerata.workbench.runs.managing import discard, rename, restore
from kerata.workbench.runs.run import REPORT

# Seconds between two looks at the folder, at least; a slow look gets a longer rest.
_REST = 0.7
# Seconds between two looks of a stream at what is new.
_TICK = 0.2
_MOST_REPORT = 1 << 28
# A page asks for so many runs at once.
_MOST_RUNS = 200
# So many runs are sent before all.
_FIRST = 300
_BODY = '<div id="board" class="board" data-folder="{}"></div>'


class Board:
    """What the board knows and does; its methods are the answers to the page's requests.

    Arguments:
        folder: of runs; it may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = RunIndex(folder)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._asked = threading.Event()

    # Watching --------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look at the folder."""
        self._thread = threading.Thread(target=self._watch, name="board", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._stop.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _watch(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            with contextlib.suppress(OSError):
                self.index.look(self._stop)
            self._asked.wait(max(_REST, 5 * (time.monotonic() - began)))
            self._asked.clear()

    async def changes(self, since: int) -> AsyncIterator[bytes]:
        """Tell what changes, as events."""
        version = since
        while not self._stop.is_set():
            if self.index.version > version:
                pieces, version = await asyncio.to_thread(self.index.since, version)
                for piece in pieces:
                    yield written_event("runs", piece)
            await asyncio.sleep(_TICK)

    # Answers ---------------------------------------------------------------------------

    def runs(self) -> Any:
        """List the newest runs; the stream of changes has all."""
        from starlette.responses import Response

        return Response(self.index.newest(_FIRST), media_type="application/json")

    def details(self, name: str) -> dict[str, Any]:
        """Give all that a run's record says."""
        return details(self.index.run(name))

    def histories(self, names: Any) -> dict[str, Any]:
        """Give the curves of runs; of those that can't be read, why."""
        return {name: self._try(name, curves) for name in self._names(names)}

    def sparks(self, names: Any) -> dict[str, Any]:
        """Give the small lines of runs, None where there is no curve."""
        found = {name: self._try(name, spark) for name in self._names(names)}
        return {name: one if isinstance(one, list) else None for name, one in found.items()}

    def mistakes(
        self, name: str, true: str | None = None, said: str | None = None, start: str = "0"
    ) -> dict[str, Any]:
        """Give the wrong answers of a run."""
        return mistakes(self.index.run(name), true, said, _whole(start))

    def network(self, name: str) -> dict[str, Any]:
        """Describe a run's network."""
        return layers_of(self.index.run(name))

    def compare(self, names: Any) -> dict[str, Any]:
        """Compare runs."""
        return comparison([self.index.run(name) for name in self._names(names)])

    def rename(self, name: str, to: Any) -> dict[str, Any]:
        """Give a run another name."""
        run = self.index.run(name)
        made = rename(run, str(to).strip())
        self._look()
        return {"name": made.name}

    def discard(self, names: Any) -> dict[str, Any]:
        """Move runs to the bin."""
        kept = [discard(name, self.folder) for name in self._names(names)]
        self._look()
        return {"kept": kept}

    def restore(self, kept: Any) -> dict[str, Any]:
        """Take runs out of the bin."""
        names = [restore(str(one), self.folder) for one in _list(kept)]
        self._look()
        return {"names": names}

    def report(self, name: str) -> Any:
        """Show a run's report as it is, without any script."""
        from starlette.responses import Response

        run = self.index.run(name)
        body = read_plain(run.path / REPORT, most=_MOST_REPORT, within=run.path)
        return Response(body, media_type="text/html", headers={"content-security-policy": STILL})

    # -----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Look at the folder at once, so that the answer and the list agree."""
        self.index.look()

    def _names(self, names: Any) -> list[str]:
        found = [str(name) for name in _list(names)][:_MOST_RUNS]
        for name in found:
            if not self.index.known(name):
                raise FileNotFoundError(f"The run {name!r} is no longer there.")
        return found

    def _try(self, name: str, work: Callable[[Any], Any]) -> Any:
        try:
            return work(self.index.run(name))
        except (ValueError, OSError) as error:
            return {"error": str(error)}


def application(board: Board) -> Any:
    """Make the ASGI application of a board.

    Raises:
        ImportError: Starlette is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.responses import HTMLResponse
        from starlette.routing import Mount, Route
    except ImportError as error:
        raise ImportError(
            "The board needs Starlette, which is not installed: pip install 'kerata[board]'."
        ) from error

    async def page(request: Any) -> Any:
        return HTMLResponse(
            document(
                f"{board.folder.resolve().name} - Kerata",
                styles=["/board/board.css"],
                scripts=["/board/main.js"],
                body=_BODY.format(html.escape(str(board.folder))),
            )
        )

    async def events(request: Any) -> Any:
        return event_stream(board.changes(_whole(request.query_params.get("since", "0"))))

    @contextlib.asynccontextmanager
    async def life(app: Any) -> AsyncIterator[None]:
        board.start()
        try:
            yield
        finally:
            board.close()

    gets: dict[str, Callable[..., Any]] = {
        "/api/runs": board.runs,
        "/api/run/{name}": board.details,
        "/api/run/{name}/mistakes": board.mistakes,
        "/api/run/{name}/network": board.network,
        "/report/{name}": board.report,
    }
    posts: dict[str, Callable[..., Any]] = {
        "/api/histories": board.histories,
        "/api/sparks": board.sparks,
        "/api/compare": board.compare,
        "/api/rename": board.rename,
        "/api/discard": board.discard,
        "/api/restore": board.restore,
    }
    return Starlette(
        routes=[
            Route("/", page),
            Route("/api/events", events),
            *(Route(path, answering(work)) for path, work in gets.items()),
            *(Route(path, answering(work), methods=["POST"]) for path, work in posts.items()),
            Mount("/web", Assets("kerata.web")),
            Mount("/board", Assets("kerata.board")),
        ],
        lifespan=life,
    )


def _whole(text: str) -> int:
    try:
        return max(0, int(text))
    except ValueError:
        raise ValueError(f"{text!r} is no whole number.") from None


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("A list of names was expected.")
    return value
