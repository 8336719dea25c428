"""Who may talk to a page of this machine: one browser, by a token, from the page itself.

A server on 127.0.0.1 is reached by every page that the browser has open and by every user of
the machine. So a request needs a cookie that only the printed address brings (a random token, as
Jupyter has it), a ``Host`` that is this machine (else another site's name could be made to point
here: DNS rebinding), and, where it changes something or opens a WebSocket, an ``Origin`` that is
this page (else another page could send it: cross-site request forgery).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from kerata.web.document import way_on

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOSTS = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# A page of somebody else's making, such as a report: it may show itself, and run nothing.
STILL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox"
)
HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_SAFE = ("GET", "HEAD", "OPTIONS")
_ASK = (
    "This page is for the one who started it: open the address that the terminal printed, "
    "which holds a token."
)


class Guard:
    """Lets the requests of the page through to an application and refuses all others.

    Arguments:
        app: an ASGI application, such as Starlette's.
        port: where it is served; part of ``Host``, ``Origin`` and the cookie's name.
        token: opens the page; a random one by default.

    Attributes:
        token: what the printed address ends with, as ``?token=...``.

    >>> guard = Guard(lambda scope, receive, send: None, port=8420, token="secret")
    >>> guard.address()
    'http://127.0.0.1:8420/?token=secret'
    """

    def __init__(self, app: App, port: int, token: str | None = None) -> None:
        self.app = app
        self.port = port
        self.token = token or secrets.token_urlsafe(24)
        # Cookies know no ports, and two pages may be open at once.
        self.cookie = f"kerata_{port}"
        self._hosts = {f"{host}:{port}" for host in HOSTS}
        if port == 80:
            self._hosts |= set(HOSTS)

    def address(self, path: str = "/") -> str:
        """Give the address that opens the page."""
        return f"http://127.0.0.1:{self.port}{path}?token={self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {key.lower(): value.decode("latin-1") for key, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal or not self._known(headers):
                await _close(receive, send)
            else:
                await self.app(scope, receive, send)
            return
        if refusal:
            await _answer(send, 403, refusal)
            return
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token")
        if given is not None and scope["method"] == "GET":
            if self._same(given):
                await self._welcome(scope, query, send)
            else:
                await _answer(send, 403, f"The token is wrong. {_ASK}")
        elif self._known(headers):
            await self.app(scope, receive, with_headers(send))
        else:
            await _answer(send, 403, _ASK)

    def _refusal(self, scope: Scope, headers: dict[bytes, str]) -> str:
        if headers.get(b"host", "").lower() not in self._hosts:
            return "This server answers only to the name of this machine, such as 127.0.0.1."
        origin = headers.get(b"origin")
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if origin is None:
            return "A request that changes something must come from the page." if changes else ""
        scheme, _, host = origin.lower().partition("://")
        # The name must be the one that the page was opened with: localhost is another origin.
        if scheme != "http" or host != headers[b"host"].lower():
            return "This request comes from another page."
        return ""

    def _known(self, headers: dict[bytes, str]) -> bool:
        try:
            found = SimpleCookie(headers.get(b"cookie", "")).get(self.cookie)
        except CookieError:
            return False
        return found is not None and self._same(found.value)

    def _same(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    async def _welcome(self, scope: Scope, query: list[tuple[str, str]], send: Send) -> None:
        """Exchange the token for a cookie, and lead on to the address without it.

        By a page and not by a redirect: a strict cookie is not sent along a chain of redirects
        that began on another site.
        """
        rest = urlencode([pair for pair in query if pair[0] != "token"])
        path = "/" + quote(scope["path"].lstrip("/\\"))
        page = way_on(f"{path}?{rest}" if rest else path)
        cookie = f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 200, page, b"text/html; charset=utf-8", [(b"set-cookie", cookie)])


def with_headers(send: Send) -> Send:
    """Add the headers of all answers to those that an application sends."""

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            there = list(message.get("headers", []))
            names = {key.lower() for key, _ in there}
            added = [pair for pair in HEADERS.items() if pair[0] not in names]
            message = {**message, "headers": [*there, *added]}
        await send(message)

    return sending


async def _answer(
    send: Send,
    status: int,
    text: str,
    kind: bytes = b"text/plain; charset=utf-8",
    further: list[tuple[bytes, str]] | None = None,
) -> None:
    body = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    headers += [(key, value.encode()) for key, value in further or []]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    sending = with_headers(send)
    await sending(start)
    await sending({"type": "http.response.body", "body": body})


async def _close(receive: Receive, send: Send) -> None:
    # Before it is accepted, which the browser sees as 403.
    await receive()
    await send({"type": "websocket.close", "code": 1008})
