"""The server of predictions: addresses, and what stands between them and the runs."""

from __future__ import annotations

import contextlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from kerata.base.messages import did_you_mean
from kerata.serving.bodies import rows_of
from kerata.serving.describing import openapi
from kerata.serving.errors import BadRequest
from kerata.serving.figures import Figures
from kerata.serving.served_run import ServedRun
from kerata.web import Assets, document
from kerata.web.guard import HOSTS, with_headers

Respond = Callable[[Any], Awaitable[Any]]
# What may be seen without the token: whether it lives, and the page that asks for it.
_OPEN = ("/healthz", "/")


def application(
    runs: list[ServedRun],
    *,
    figures: Figures,
    token: str | None = None,
    local: bool = True,
    say: Callable[[str], None] = print,
) -> Any:
    """Make the ASGI application that answers for some runs.

    Arguments:
        runs: with different names.
        figures: counts requests.
        token: wanted as ``Authorization: Bearer ...`` by all that answers; None asks for none.
        local: whether only names of this machine are answered to, which other sites that the
            browser has open can't take (DNS rebinding).
        say: prints a line.
    """
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, JSONResponse, Response
    from starlette.routing import Mount, Route

    by_name = {run.name: run for run in runs}

    def wanted(request: Any) -> ServedRun:
        name = request.path_params.get("name")
        if name is None and len(runs) == 1:
            return runs[0]
        if name is None:
            first = runs[0].name
            raise BadRequest(
                404, f"{len(runs)} runs are served here: name one, as in /runs/{first}/predict."
            )
        if name not in by_name:
            raise BadRequest(404, f"No run {name!r} is served here. {did_you_mean(name, by_name)}")
        return by_name[name]

    async def predict(request: Any) -> Any:
        began = time.perf_counter()
        run, status, rows = wanted(request), 200, 0
        try:
            given = await rows_of(request)
            answers = await run.answers(given)
            rows = len(given)
            if "text/csv" in request.headers.get("accept", ""):
                return Response(_csv(answers), media_type="text/csv; charset=utf-8")
            return JSONResponse({"run": run.name, "answers": answers})
        except BadRequest as error:
            status = error.status
            raise
        except Exception:
            status = 500
            raise
        finally:
            figures.answered(run.name, status, rows, time.perf_counter() - began)

    async def about(request: Any) -> Any:
        return JSONResponse(wanted(request).about)

    async def listed(_: Any) -> Any:
        return JSONResponse({"runs": [run.about for run in runs]})

    async def described(_: Any) -> Any:
        return JSONResponse(openapi([run.about for run in runs]))

    async def alive(_: Any) -> Any:
        return JSONResponse({"status": "ok", "runs": list(by_name)})

    async def counted(_: Any) -> Any:
        content, kind = figures.text()
        return Response(content, media_type=kind)

    async def page(_: Any) -> Any:
        return HTMLResponse(
            document("Kerata", styles=["/web/answers.css"], scripts=["/serving/serve.js"])
        )

    async def refused(_: Any, error: Any) -> Any:
        return JSONResponse(error.as_dict(), error.status, error.headers)

    async def unknown(request: Any, error: Any) -> Any:
        wrong = error.status_code == 405
        said = f"{request.method} {request.url.path}"[:200]
        ways = "POST rows to /predict; / has a form, /openapi.json says the rest."
        message = f"{said} is not allowed: {ways}" if wrong else f"There is no {said}: {ways}"
        return JSONResponse({"error": message}, error.status_code)

    async def failed(request: Any, error: Exception) -> Any:
        # The terminal gets what a client must not see.
        say(f"{request.url.path}: {type(error).__name__}: {error}")
        return JSONResponse({"error": "The server failed at this request."}, 500)

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        for run in runs:
            run.watch(say)
        yield
        for run in runs:
            await run.close()

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/predict", predict, methods=["POST"]),
            Route("/runs", listed),
            Route("/runs/{name}", about),
            Route("/runs/{name}/predict", predict, methods=["POST"]),
            Route("/openapi.json", described),
            Route("/healthz", alive),
            Route("/metrics", counted),
            Mount("/web", Assets("kerata.web")),
            Mount("/serving", Assets("kerata.serving")),
        ],
        exception_handlers={
            BadRequest: refused,
            404: unknown,
            405: unknown,
            Exception: failed,
        },
        lifespan=lifespan,
    )
    return Gate(app, token, local)


class Gate:
    """Refuses requests under other names of the machine, and those without the token.

    Arguments:
        app: an ASGI application.
        token: or None.
        local: see ``application``.
    """

    def __init__(self, app: Any, token: str | None, local: bool) -> None:
        self.app, self.token, self.local = app, token, local

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        status, message = self._refusal(scope)
        if status:
            from starlette.responses import JSONResponse

            headers = {"www-authenticate": "Bearer"} if status == 401 else {}
            await JSONResponse({"error": message}, status, headers)(scope, receive, send)
            return
        await self.app(scope, receive, with_headers(send))

    def _refusal(self, scope: Any) -> tuple[int, str]:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if self.local and host.rsplit(":", 1)[0] not in HOSTS:
            return 403, "This server answers only to the name of this machine, such as 127.0.0.1."
        path = scope["path"]
        if self.token is None or path in _OPEN or path.startswith(("/web/", "/serving/")):
            return 0, ""
        given = headers.get(b"authorization", b"")
        if hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            return 0, ""
        return 401, "A token is needed: send the header 'Authorization: Bearer TOKEN'."


def _csv(answers: list[dict[str, Any]]) -> str:
    import csv
    import io

    out = io.StringIO(newline="")
    if answers:
        writer = csv.DictWriter(out, list(answers[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(answers)
    return out.getvalue()
