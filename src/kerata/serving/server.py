"""Starting and ending the server of predictions."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from kerata.serving.app import application
from kerata.serving.figures import Figures
from kerata.serving.served_run import ONNX, ServedRun
from kerata.web.serving import HOST, free_socket, need_uvicorn, run_server

_LOCAL = ("127.0.0.1", "localhost", "::1")


def serve_runs(
    names: Sequence[str | Path],
    *,
    folder: str | Path = "runs",
    port: int = 8000,
    host: str = HOST,
    token: str | None = None,
    say: Callable[[str], None] = print,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve finished runs until Ctrl-C or SIGTERM.

    Arguments:
        names: of runs, or paths to their folders or to ONNX files that ``kerata export`` wrote.
        folder: where runs are.
        port: where; the next free one if it is taken, which is said. 0 takes any.
        host: the address to listen at; this machine alone by default.
        token: wanted as ``Authorization: Bearer ...``; None asks for none.
        say: prints a line.
        ready: called with the address once rows are answered.

    Raises:
        FileNotFoundError: no such run.
        ValueError: a damaged run, two of one name, a port that is none.
        ImportError: Starlette, uvicorn or prometheus_client is not installed.
        OSError: no port is free.
    """
    need_uvicorn("Serving", "serve")
    figures = Figures()
    runs: list[ServedRun] = []
    with free_socket(port, host) as listening:
        found = listening.getsockname()[1]
        for name in names:
            path = _path(name, folder)
            run = ServedRun(path, functools.partial(figures.batch, _name(path)))
            if any(other.name == run.name for other in runs):
                raise ValueError(f"Two runs are called {run.name!r}: serve one of them elsewhere.")
            runs.append(run)
            say(f"{run.name}: {_what(run)}.")
        if port and found != port:
            say(f"Port {port} is taken; this is {found}.")
        app = application(runs, figures=figures, token=token, local=host in _LOCAL, say=say)
        address = f"http://{'127.0.0.1' if host in _LOCAL else host}:{found}"

        def started() -> None:
            one = runs[0].name
            way = "/predict" if len(runs) == 1 else f"/runs/{one}/predict"
            say(f"Serving: {address}/ (POST rows to {way}; Ctrl-C ends it)")
            if ready is not None:
                ready(address)

        with contextlib.suppress(KeyboardInterrupt):
            run_server(app, listening, started)


def _what(run: ServedRun) -> str:
    about = run.about
    kinds = {"table": "rows of a table", "texts": "texts", "images": "pictures"}
    if about["kind"] == "forecast":
        return f"forecasts {about['target']}"
    return f"answers {kinds[about['kind']]} with {about['target']}"


def _name(path: Path) -> str:
    return path.stem if path.suffix == ONNX else path.resolve().name


def _path(name: str | Path, folder: str | Path) -> Path:
    """Find a run's folder or an exported file."""
    path = Path(name)
    if path.suffix == ONNX:
        if not path.is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}.")
        return path
    from kerata.workbench.runs.run import load

    return load(name, folder).path
