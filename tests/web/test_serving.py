"""Serving: the next port, the printed address, a clean end."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

pytest.importorskip("uvicorn")

from kerata.web import free_socket

PROGRAM = """
import asyncio, sys
from kerata.web import serve, event, event_stream
from starlette.applications import Starlette
from starlette.routing import Route

async def forever(request):
    async def events():
        yield event("hello", 1)
        await asyncio.sleep(3600)
        yield event("never", 1)
    return event_stream(events())

app = Starlette(routes=[Route("/", forever)])
serve(app, name="Test", port=int(sys.argv[1]), browser=False, say=lambda t: print(t, flush=True))
print("ended")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_taken_port_is_said_and_the_server_ends_cleanly_with_a_stream_open(number):
    with free_socket(0) as taken:
        port = taken.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert server.stdout.readline().startswith(f"Port {port} is taken; this is ")
            address = server.stdout.readline().split(": ", 1)[1].strip()
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with pytest.raises(urllib.error.HTTPError, match="403"):
                opener.open(address.split("?")[0], timeout=10)
            assert b"Go on" in opener.open(address, timeout=10).read()
            stream = opener.open(address.split("?")[0], timeout=10)
            assert stream.readline() == b"event: hello\n"
            server.send_signal(number)
            out, err = server.communicate(timeout=20)
        finally:
            server.kill()
    assert out.endswith("ended\n")
    assert err == ""
    assert server.returncode == 0


def test_ports_are_numbers_of_ports():
    with pytest.raises(ValueError, match="from 0 to 65535, got 70000"):
        free_socket(70_000)


def test_without_uvicorn_the_extra_is_named(monkeypatch):
    from kerata.web import serve

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ImportError, match=r"pip install 'kerata\[board\]'"):
        serve(None, name="The board", port=0)
