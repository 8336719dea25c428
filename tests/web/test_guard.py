"""What the guard lets through, and what it refuses."""

import pytest

starlette = pytest.importorskip("starlette")
from starlette.applications import Starlette  # noqa: E402
from starlette.responses import PlainTextResponse  # noqa: E402
from starlette.routing import Mount, Route, WebSocketRoute  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402
from starlette.websockets import WebSocketDisconnect  # noqa: E402

from kerata.web import Assets, Guard, document  # noqa: E402

ORIGIN = {"origin": "http://127.0.0.1:8420"}


async def hello(request):
    return PlainTextResponse("hello")


async def talk(socket):
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@pytest.fixture
def guard():
    routes = [
        Route("/", hello, methods=["GET", "POST"]),
        WebSocketRoute("/talk", talk),
        Mount("/web", Assets("kerata.web")),
    ]
    return Guard(Starlette(routes=routes), 8420, token="s3cret")


def client(guard, at="http://127.0.0.1:8420"):
    return TestClient(guard, base_url=at, follow_redirects=False)


@pytest.fixture
def known(guard):
    found = client(guard)
    assert found.get("/?token=s3cret").status_code == 200
    return found


def test_a_token_becomes_a_strict_cookie_and_leaves_the_address(guard):
    answer = client(guard).get("/a/?token=s3cret&x=1%3C")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert cookie.startswith("kerata_8420=")
    assert 'content="0;url=/a/?x=1%3C"' in answer.text
    assert "s3cret" not in answer.text


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/"])
def test_the_way_on_stays_on_this_server(guard, path):
    answer = client(guard).get(f"http://127.0.0.1:8420{path}?token=s3cret")
    assert 'url=/evil.example/"' in answer.text


def test_without_the_token_nothing_is_seen(guard):
    for address in ("/", "/web/theme.css", "/?token=wrong", "/?token="):
        answer = client(guard).get(address)
        assert answer.status_code == 403
        assert "terminal" in answer.text
    cookies = {"kerata_8420": "wrong", "kerata_8421": "s3cret"}
    assert client(guard).get("/", cookies=cookies).status_code == 403


def test_known_browsers_get_the_page_and_its_headers(known):
    answer = known.get("/")
    assert answer.text == "hello"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8420", "127.0.0.1:1", "127.0.0.1"])
def test_other_names_of_this_machine_are_refused(known, host):
    answer = known.get("/", headers={"host": host})
    assert answer.status_code == 403
    assert "127.0.0.1" in answer.text


def test_the_machine_by_its_other_name(guard):
    found = client(guard, "http://localhost:8420")
    assert found.get("/?token=s3cret").status_code == 200
    assert found.post("/", headers={"origin": "http://localhost:8420"}).text == "hello"
    assert found.post("/", headers=ORIGIN).status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "https://127.0.0.1:8420",
        "http://127.0.0.1:8421",
        "http://127.0.0.1:8420.evil.example",
    ],
)
def test_other_pages_change_nothing(known, origin):
    headers = {} if origin is None else {"origin": origin}
    assert known.post("/", headers=headers).status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        known.websocket_connect("ws://127.0.0.1:8420/talk", headers=headers) as socket,
    ):
        socket.receive_text()


def test_the_page_itself_may(known, guard):
    assert known.post("/", headers=ORIGIN).text == "hello"
    with known.websocket_connect("ws://127.0.0.1:8420/talk", headers=ORIGIN) as socket:
        assert socket.receive_text() == "hello"
    with (
        pytest.raises(WebSocketDisconnect),
        client(guard).websocket_connect("ws://127.0.0.1:8420/talk", headers=ORIGIN) as socket,
    ):
        socket.receive_text()


def test_assets_are_the_listed_files_alone(known):
    style = known.get("/web/theme.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "--accent" in style.text
    assert known.get("/web/chart.js").headers["content-type"].startswith("text/javascript")
    for path in ("/web/", "/web/../guard.py", "/web/%2e%2e/guard.py", "/web/none.js"):
        assert known.get(path).status_code == 404


def test_documents_have_nothing_inline():
    page = document("T", styles=["/a.css"], scripts=["/a.js"], body="<main></main>")
    assert '<script type="module" src="/a.js"></script>' in page
    assert "<style" not in page
    assert "style=" not in page
