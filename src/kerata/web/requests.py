"""Answers in JSON: work in a thread, and one sentence where it can't be done."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from kerata.base.messages import printable
from kerata.web.streams import finite

# A request of a page is small; files come by another way.
MOST_BYTES = 1 << 20
Work = Callable[..., Any]


def answering(work: Work) -> Callable[[Any], Awaitable[Any]]:
    """Make an endpoint out of a function of the request's values.

    The function gets the parameters of the path, those of the query and, of a POST, the fields
    of the body's JSON object, as keyword arguments, and runs in a thread. What it returns is
    sent as JSON (a response as it is). ``FileNotFoundError`` is sent as 404, another
    ``ValueError``, ``OSError``, ``TypeError`` or ``ImportError`` as 400, each with its sentence
    in ``error``; only what nobody foresaw is 500.

    Arguments:
        work: the function.
    """

    async def endpoint(request: Any) -> Any:
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response

        try:
            given = {**request.query_params, **request.path_params}
            if request.method == "POST":
                given |= await _body(request)
            found = await run_in_threadpool(work, **given)
        except FileNotFoundError as error:
            return refused(_said(error), 404)
        except (ValueError, TypeError, OSError, ImportError) as error:
            return refused(_said(error), 400)
        except Exception as error:
            # The page that asked shows it; a server must not end for one request.
            return refused(f"{type(error).__name__}: {error}", 500)
        return found if isinstance(found, Response) else sent(found)

    return endpoint


def sent(value: Any, status: int = 200) -> Any:
    """Make the response that sends plain values as JSON."""
    from starlette.responses import Response

    text = json.dumps(finite(value), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    # A name of a file may hold half a surrogate pair, which no text of a page can.
    body = text.encode("utf-8", "replace")
    return Response(body, status, media_type="application/json")


def refused(sentence: str, status: int) -> Any:
    """Make the response that says in a sentence why not."""
    return sent({"error": printable(sentence)}, status)


async def _body(request: Any) -> dict[str, Any]:
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BYTES:
            raise ValueError(f"The request is larger than {MOST_BYTES:,} bytes.")
    try:
        value = json.loads(found or b"{}")
    except (ValueError, RecursionError):
        raise ValueError("The request is no JSON.") from None
    if not isinstance(value, dict):
        raise ValueError("The request must be a JSON object.")
    return {str(key): inner for key, inner in value.items()}


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f': {error.filename}' if error.filename else ''}"
    return str(error)
