"""Files of a package that a page needs: style sheets, modules, pictures."""

from __future__ import annotations

from importlib import resources
from typing import Any

from kerata.web.guard import Receive, Scope, Send

# Told here and not by the system, whose tables differ: with nosniff a wrong one is refused.
_KINDS = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
}


class Assets:
    """An ASGI application that answers with the files in a package's folder ``static``.

    Arguments:
        package: such as ``"kerata.web"``.

    The names are listed once, so that no address can lead out of the folder.

    >>> sorted(Assets("kerata.web").names)
    ['answers.css', 'answers.js', 'chart.js', 'dom.js', 'theme.css', 'theme.js']
    """

    def __init__(self, package: str) -> None:
        self._folder = resources.files(package) / "static"
        self.names = {
            entry.name for entry in self._folder.iterdir() if _ending(entry.name) in _KINDS
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or 404."""
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        there = name in self.names and scope["type"] == "http"
        body = (self._folder / name).read_bytes() if there else b"No such file."
        kind = _KINDS[_ending(name)] if there else b"text/plain; charset=utf-8"
        headers: list[Any] = [(b"content-type", kind)]
        headers.append((b"content-length", str(len(body)).encode()))
        start = {"type": "http.response.start", "status": 200 if there else 404}
        await send(start | {"headers": headers})
        await send({"type": "http.response.body", "body": body})


def _ending(name: str) -> str:
    return name[name.rfind(".") :]
