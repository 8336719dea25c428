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

from kerata.board.activity import activity
from kerata.board.asking import OpenRuns, answers_to, form_of, row_of, sweep, why
from kerata.board.comparing import comparison
from kerata.board.details import curves, details, layers_of, spark, tries
from kerata.board.event_folders import PREFIX, EventFolders
from kerata.board.index import RunIndex
from kerata.board.jobs import Jobs
from kerata.board.live import LiveTrainings
from kerata.board.mistakes import mistakes
from kerata.board.searching import search_of
from kerata.board.starting import preview, sources_here, upload_place
from kerata.utils.files import put_file, unfinished
from kerata.utils.plain_files import read_plain
from kerata.web import (
    Assets,
    answering,
    document,
    event,
    event_stream,
    refused,
    sent,
    written_event,
)
from kerata.web.guard import STILL
from kerata.workbench.runs.managing import discard, rename, restore
from kerata.workbench.runs.run import REPORT

# Seconds between two looks at the folder, at least; a slow look gets a longer rest, and so does
# one that no page waits for.
_REST, _SHARE, _NOBODY = 0.7, 12, 3.0
# Seconds between two looks of a stream at what is new.
_TICK = 0.2
_MOST_REPORT = 1 << 28
_MOST_UPLOAD = 1 << 30
# A page asks for so many runs at once.
_MOST_RUNS = 200
# So many runs are sent before all.
_FIRST = 300
_BODY = '<main id="board" class="board" data-folder="{}"></main>'


class Board:
    """What the board knows and does; its methods are the answers to the page's requests.

    Arguments:
        folder: of runs; it may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = RunIndex(folder)
        self.live = LiveTrainings(folder)
        self.events = EventFolders(folder)
        self.jobs = Jobs(folder)
        self.open = OpenRuns()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pages = 0

    # Watching --------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look at the folder."""
        for work in (self._watch, self._watch_live):
            thread = threading.Thread(target=work, name="board", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End it."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2)

    def _watch(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            with contextlib.suppress(OSError):
                self.index.look(self._stop)
                self.events.look(self.index.names())
            rest = max(_REST, _SHARE * (time.monotonic() - began))
            self._stop.wait(rest if self._pages else max(rest, _NOBODY))

    def _watch_live(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                self.live.look()
            self._stop.wait(_TICK)

    async def changes(self, since: int) -> AsyncIterator[bytes]:
        """Tell what changes, as events.

        Arguments:
            since: version of the runs that the page has; of the trainings it hears all.
        """
        version, live, events = since, 0, 0
        known: dict[str, int] = {}
        jobs: list[dict[str, Any]] = []
        self._pages += 1
        try:
            while not self._stop.is_set():
                if self.live.version > live:
                    found, live = await asyncio.to_thread(self.live.since, live, known)
                    yield event("live", found)
                if self.index.version > version:
                    pieces, version = await asyncio.to_thread(self.index.since, version)
                    for piece in pieces:
                        yield written_event("runs", piece)
                if self.events.version > events:
                    events = self.events.version
                    yield event("events", await asyncio.to_thread(self.events.told))
                told = await asyncio.to_thread(self.jobs.told) if self.jobs.any else []
                if told != jobs:
                    jobs = told
                    yield event("jobs", jobs)
                await asyncio.sleep(_TICK)
        finally:
            self._pages -= 1

    # Answers ---------------------------------------------------------------------------

    def runs(self) -> Any:
        """List the newest runs; the stream of changes has all."""
        from starlette.responses import Response

        return Response(self.index.newest(_FIRST), media_type="application/json")

    def details(self, name: str) -> dict[str, Any]:
        """Give all that a run's record says, and what can be tried against its faults."""
        run = self.index.run(name)
        return details(run) | {"tries": tries(run)}

    def histories(self, names: Any) -> dict[str, Any]:
        """Give the curves of runs and of event files; of those that can't be read, why."""
        found = _list(names)[:_MOST_RUNS]
        events = [name for name in found if isinstance(name, str) and name.startswith(PREFIX)]
        told = {name: self.events.get(name).histories() for name in events}
        runs = self._names([name for name in found if name not in told])
        return told | {name: self._try(name, curves) for name in runs}

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
        return self._asked(name, layers_of)

    def activity(self, name: str) -> dict[str, Any]:
        """Say what a network's layers answer to rows of its data."""
        return self._asked(name, activity)

    def search(self, name: str) -> dict[str, Any] | None:
        """Give the trials of the search that found a run's network."""
        return search_of(self.index.run(name))

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

    def stop(self, id: Any) -> dict[str, Any]:
        """Ask a training to stop, as Ctrl-C would."""
        self.live.stop(str(id))
        return {}

    def forget(self, id: Any) -> dict[str, Any]:
        """Delete what an ended training told."""
        self.live.forget(str(id))
        self.live.look()
        return {}

    def sibling(self, changes: Any, name: Any = None, id: Any = None) -> dict[str, Any]:
        """Start a training like a run, or like one that is running, with some options changed."""
        if not isinstance(changes, dict) or not changes:
            raise ValueError("An object of options was expected.")
        if name is not None:
            return self.jobs.sibling(self.index.run(str(name)), changes).told()
        return self.jobs.like(self.live.get(str(id)), changes).told()

    def again(self, name: Any) -> dict[str, Any]:
        """Start the same training once more."""
        return self.jobs.again(self.index.run(str(name))).told()

    def form(self, name: str) -> dict[str, Any]:
        """Give the fields of a row that a run answers."""
        return self._asked(name, form_of)

    def answer(self, name: str, rows: Any) -> dict[str, Any]:
        """Answer rows as they are typed."""
        return self._asked(name, lambda run: answers_to(run, _list(rows)))

    def sweep(self, name: str, row: Any, column: Any) -> dict[str, Any]:
        """Answer a row for each value of one of its columns."""
        return self._asked(name, lambda run: sweep(run, _object(row), str(column)))

    def row(self, name: str, row: str) -> dict[str, Any]:
        """Give the cells of a row of the run's data."""
        return self._asked(name, lambda run: row_of(run, row))

    def why(self, name: str, row: Any) -> dict[str, Any]:
        """Say what an answer hangs on."""
        return self._asked(name, lambda run: why(run, _object(row)))

    def sources(self) -> dict[str, Any]:
        """List what a training can start from."""
        return sources_here(self.folder)

    def preview(
        self, source: Any, target: Any = None, task: Any = None, columns: Any = None
    ) -> dict[str, Any]:
        """Say what a training would make of a source."""
        return preview(source, target, task, columns)

    def train(self, **asked: Any) -> dict[str, Any]:
        """Start a training."""
        name = str(asked.pop("name", "") or "").strip() or None
        return self.jobs.train(asked, name).told()

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

    def _asked(self, name: str, work: Callable[[Any], Any]) -> Any:
        """Do something with a run's network, one at a time."""
        run, lock = self.open.get(self.index.run(name))
        with lock:
            return work(run)

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

    async def upload(request: Any) -> Any:
        try:
            place = upload_place(request.query_params.get("name", ""))
            await _receive(request, place)
        except (ValueError, OSError) as error:
            return refused(str(error), 400)
        return sent({"source": place.name})

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
        "/api/run/{name}/activity": board.activity,
        "/api/run/{name}/search": board.search,
        "/api/run/{name}/form": board.form,
        "/api/run/{name}/row": board.row,
        "/api/sources": board.sources,
        "/report/{name}": board.report,
    }
    posts: dict[str, Callable[..., Any]] = {
        "/api/histories": board.histories,
        "/api/sparks": board.sparks,
        "/api/compare": board.compare,
        "/api/rename": board.rename,
        "/api/discard": board.discard,
        "/api/restore": board.restore,
        "/api/stop": board.stop,
        "/api/forget": board.forget,
        "/api/sibling": board.sibling,
        "/api/again": board.again,
        "/api/run/{name}/answer": board.answer,
        "/api/run/{name}/sweep": board.sweep,
        "/api/run/{name}/why": board.why,
        "/api/preview": board.preview,
        "/api/train": board.train,
    }
    return Starlette(
        routes=[
            Route("/", page),
            Route("/api/events", events),
            Route("/api/upload", upload, methods=["POST"]),
            *(Route(path, answering(work)) for path, work in gets.items()),
            *(Route(path, answering(work), methods=["POST"]) for path, work in posts.items()),
            Mount("/web", Assets("kerata.web")),
            Mount("/board", Assets("kerata.board")),
        ],
        lifespan=life,
    )


async def _receive(request: Any, place: Path) -> None:
    """Write a request's body to a file, which is there when it is whole.

    Raises:
        ValueError: it is too large.
        OSError: the folder can't be written, or something took the name meanwhile.
    """
    beside = unfinished(place)
    size = 0
    try:
        with open(beside, "xb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > _MOST_UPLOAD:
                    raise ValueError(
                        f"The file is larger than {_MOST_UPLOAD >> 20:,} MiB: put it into the "
                        "folder and choose it there."
                    )
                await asyncio.to_thread(file.write, piece)
        put_file(beside, place)
    finally:
        beside.unlink(missing_ok=True)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("An object of cells by their columns was expected.")
    return value


def _whole(text: str) -> int:
    try:
        return max(0, int(text))
    except ValueError:
        raise ValueError(f"{text!r} is no whole number.") from None


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("A list of names was expected.")
    return value
