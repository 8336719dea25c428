"""The playground's page and its WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from kerata.playground.tables import Sheet
from kerata.playground.visit import Answer, Visit, said
from kerata.web import Assets, document

# Frames on their way that the page has not drawn yet.
MOST_FRAMES = 2
# Seconds from one remark to the next at least, and times that the last one took: on a busy machine
# the pictures come first.
BETWEEN_REMARKS, TIMES_AS_LONG = 2.0, 8
TITLE = "Kerata playground"


def application(sheet: Sheet | None = None) -> Any:
    """Make the ASGI application, to be served behind a ``Guard``.

    Arguments:
        sheet: the table that was opened, if any.

    Raises:
        ImportError: Starlette is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.responses import HTMLResponse
        from starlette.routing import Mount, Route, WebSocketRoute
    except ImportError as error:
        raise ImportError(
            "kerata playground needs Starlette, which is not installed: "
            "pip install 'kerata[board]'."
        ) from error

    async def page(request: Any) -> Any:
        return HTMLResponse(
            document(
                TITLE,
                styles=["/playground/playground.css"],
                scripts=["/playground/main.js"],
                body='<main id="page"></main>',
            )
        )

    async def talk(socket: Any) -> None:
        await socket.accept()
        await Talk(socket, Visit(sheet)).run()

    return Starlette(
        routes=[
            Route("/", page),
            WebSocketRoute("/talk", talk),
            Mount("/playground", Assets("kerata.playground")),
            Mount("/web", Assets("kerata.web")),
        ]
    )


def warm_up(sheet: Sheet | None = None) -> threading.Thread:
    """Compile the first network's programs before somebody opens the page."""

    def compile_them() -> None:
        visit = Visit(sheet)
        with contextlib.suppress(ValueError):
            visit.answer({"do": "settings", "settings": visit.settings.as_dict()})

    thread = threading.Thread(target=compile_them, daemon=True)
    thread.start()
    return thread


class Talk:
    """A WebSocket with one page: answers what it asks, and sends frames while it plays.

    Arguments:
        socket: accepted.
        visit: what the page has.
    """

    def __init__(self, socket: Any, visit: Visit) -> None:
        self._socket, self._visit = socket, visit
        self._inbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting = 0  # frames that the page has not drawn yet
        self._remark: asyncio.Task[None] | None = None
        self._remarked = (0.0, -1)  # when the next one may come, and the last one's epoch

    async def run(self) -> None:
        """Talk until the page is closed."""
        reading = asyncio.create_task(self._read())
        try:
            await self._send(self._visit.hello())
            while True:
                if self._visit.playing and self._waiting < MOST_FRAMES and self._inbox.empty():
                    await self._show(self._visit.frame)
                    continue
                asked = await self._inbox.get()
                if asked is None:
                    return
                await self._answer(asked)
        except _Gone:
            return
        finally:
            reading.cancel()
            if self._remark is not None:
                self._remark.cancel()

    async def _read(self) -> None:
        """Take what the page says at once, so that a frame does not wait for a slow answer."""
        try:
            while True:
                self._inbox.put_nowait(await self._socket.receive_text())
        except (_disconnect(), RuntimeError, KeyError):
            # Closed, by an answer that could not be sent too; or bytes, which no page sends.
            self._inbox.put_nowait(None)

    async def _answer(self, text: str) -> None:
        try:
            asked = json.loads(text)
        except (ValueError, RecursionError):
            await self._send(said("error", sentence="This message is no JSON."))
            return
        if isinstance(asked, dict) and asked.get("do") == "drawn":
            self._waiting = max(0, self._waiting - 1)
            self._remark_now_and_then()
            return
        if await asyncio.to_thread(self._visit.will_compile, asked):
            await self._send(said("compiling"))
        await self._show(lambda: self._visit.answer(asked))

    async def _show(self, action: Callable[[], Answer | list[Answer]]) -> None:
        """Do something on a thread and send what it gives."""
        try:
            found = await asyncio.to_thread(action)
        except ValueError as error:
            self._visit.playing = self._visit.playing and self._visit.learner is not None
            await self._send(said("error", sentence=str(error)))
            return
        for answer in found if isinstance(found, list) else [found]:
            await self._send(answer)

    async def _send(self, answer: Answer) -> None:
        try:
            if isinstance(answer, bytes):
                self._waiting += 1
                await self._socket.send_bytes(answer)
            else:
                await self._socket.send_text(answer)
        except (_disconnect(), RuntimeError) as error:
            raise _Gone from error

    def _remark_now_and_then(self) -> None:
        earliest, epoch = self._remarked
        learner = self._visit.learner
        if learner is None or learner.epoch == epoch or time.monotonic() < earliest:
            return
        if self._remark is not None and not self._remark.done():
            return
        look = self._visit.remarks()
        if look is not None:
            self._remarked = earliest, learner.epoch
            self._remark = asyncio.create_task(self._say(look))

    async def _say(self, look: Callable[[], Answer]) -> None:
        start = time.monotonic()
        with contextlib.suppress(_Gone):
            await self._send(await asyncio.to_thread(look))
        now = time.monotonic()
        wait = max(BETWEEN_REMARKS, TIMES_AS_LONG * (now - start))
        self._remarked = now + wait, self._remarked[1]


class _Gone(Exception):
    """The page was closed."""


def _disconnect() -> type[Exception]:
    from starlette.websockets import WebSocketDisconnect

    return WebSocketDisconnect


def serve_playground(
    sheet: Sheet | None = None,
    *,
    port: int = 8421,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the playground on this machine until Ctrl-C.

    Arguments:
        sheet: the table that was opened, if any.
        port: where; the next free one if it is taken.
        browser: whether to open the page.
        say: prints a line.

    Raises:
        ImportError: a package that it needs is not installed.
    """
    from kerata.web import serve

    app = application(sheet)
    warm_up(sheet)
    serve(app, name="Playground", port=port, browser=browser, say=say)
