"""The page and its WebSocket, with real requests; in a browser where there is one."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from kerata.cli.main import main

starlette = pytest.importorskip("starlette")
from starlette.testclient import TestClient  # noqa: E402
from starlette.websockets import WebSocketDisconnect  # noqa: E402

from kerata.playground.application import application  # noqa: E402
from kerata.web import Guard  # noqa: E402

ORIGIN = {"origin": "http://127.0.0.1:8421"}


@pytest.fixture(scope="module")
def client():
    found = TestClient(Guard(application(), 8421, token="t"), base_url="http://127.0.0.1:8421")
    found.get("/?token=t")
    return found


def test_the_page_is_guarded_and_whole(client):
    text = client.get("/").text
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', text):
        assert client.get(address).status_code == 200
    script = client.get("/playground/main.js").text
    for name in re.findall(r'from "\./([^"]+)"', script):
        assert client.get(f"/playground/{name}").status_code == 200
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://127.0.0.1:8421/talk"):
        pass  # Without an Origin.


def frame(socket):
    """Wait for a frame; remarks may come between."""
    while True:
        message = socket.receive()
        if message.get("bytes"):
            return message["bytes"]
        assert json.loads(message["text"])["kind"] == "remarks"


def test_the_socket_plays_until_told_otherwise(client):
    small = {"rows": 40, "layers": [3], "batch": 20}
    with client.websocket_connect("ws://127.0.0.1:8421/talk", headers=ORIGIN) as socket:
        assert socket.receive_json()["kind"] == "hello"
        socket.send_text("{")
        assert socket.receive_json()["kind"] == "error"
        socket.send_json({"do": "settings", "settings": {"rows": -1}})
        assert "rows must be" in socket.receive_json()["sentence"]
        socket.send_json({"do": "settings", "settings": small})
        first = socket.receive_json()
        if first["kind"] == "compiling":
            first = socket.receive_json()
        assert first["kind"] == "problem"
        frame(socket)
        socket.send_json({"do": "play"})
        # One more, then it waits for the page to draw.
        frame(socket)
        for _ in range(4):
            socket.send_json({"do": "drawn"})
            shown = frame(socket)
        assert b'"playing": true' in shown
        socket.send_json({"do": "code"})
        while True:
            message = socket.receive()
            if message.get("text") and json.loads(message["text"])["kind"] == "code":
                break


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.csv"], "There is no file 'no.csv'."),
        (["words.csv"], "words.csv has fewer than two columns of numbers ('n' alone)"),
        (["--port", "99999"], "Invalid value for '--port'"),
    ],
)
def test_mistakes_end_with_a_sentence(arguments, said, tmp_path, monkeypatch, capsys):
    (tmp_path / "words.csv").write_text("n,word\n" + "1,a\n2,b\n" * 5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["kerata", "playground", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert said in capsys.readouterr().err


@contextlib.contextmanager
def served(*arguments):
    command = [sys.executable, "-m", "kerata", "playground", "--no-browser", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http\S+", line):
                yield found[0]
                break
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def address():
    with served() as found:
        yield found


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else 0)
    page.goto(address)
    until(page, "window.playground?.frames > 2")
    yield page
    assert not wrong
    context.close()


def until(page, what, seconds=60):
    """Wait for something; the page's policy forbids Playwright's own way."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # The page that takes the token leads on to another.
        with contextlib.suppress(Exception):
            if page.evaluate(what):
                return
        time.sleep(0.05)
    raise AssertionError(what)


@pytest.mark.slow
def test_two_moons_learn_at_once_and_can_be_steered(page):
    until(page, "playground.curve.held.at(-1) < 0.3")
    page.get_by_label("Learning rate").select_option("0.001")
    until(page, "playground.settings.rate === 0.001 && location.hash.includes('rate=0.001')")
    page.get_by_label("One unit more in hidden layer 1").click()
    until(page, "playground.problem.settings.layers[0] === 7 && playground.curve.epoch.length > 3")
    page.get_by_role("button", name="Pause").click()
    until(page, "!playground.playing")
    page.get_by_role("button", name=re.compile("^unit 1 of layer 1")).click()
    field = page.get_by_role("dialog").get_by_label("from x1")
    field.fill("2.5")
    field.press("Enter")
    until(page, "playground.last.message.weights[0][0] === 2.5")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show the code").click()
    assert "keras.layers.Dense(7" in page.locator("pre").inner_text()
    page.get_by_role("button", name="Close").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save", exact=True).click()
    assert download.value.suggested_filename == "playground.keras"


@pytest.mark.slow
def test_it_learns_within_two_seconds_at_twenty_pictures_a_second(page):
    # A busy machine may be late once, but not always.
    rates = []
    for _ in range(5):
        before = page.evaluate("[playground.frames, performance.now()]")
        time.sleep(1)
        after = page.evaluate("[playground.frames, performance.now()]")
        rates.append(1000 * (after[0] - before[0]) / (after[1] - before[1]))
    assert max(rates) >= 20
    arrived = []
    for _ in range(3):
        page.reload()
        until(page, "window.playground?.learnedAfter > 0")
        arrived.append(page.evaluate("playground.learnedAfter"))
    assert min(arrived) < 2000


@pytest.mark.slow
def test_a_link_shows_the_same_network(browser, address):
    page = browser.new_context().new_page()
    page.goto(address)
    until(page, "window.playground?.frames > 0")
    page.evaluate("location.hash = 'problem=xor&layers=3,2&activation=relu&seed=7'")
    until(page, "playground.problem.settings.problem === 'xor'")
    assert page.evaluate("playground.problem.settings.layers.join()") == "3,2"
    assert page.evaluate("playground.problem.settings.seed") == 7
    page.get_by_role("button", name="One step").click()
    assert page.evaluate("location.hash").endswith("&view=step")
    page.reload()
    until(page, "document.querySelector('svg.step') && playground.problem.settings.seed === 7")
    page.context.close()


@pytest.mark.slow
def test_a_table_is_learned_by_two_columns_and_by_all(browser, tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(120, 4))
    lines = [",".join(f"{v:.3f}" for v in row) + f",{'ab'[int(row.sum() > 0)]}" for row in rows]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["p,q,r,s,kind", *lines]))
    page = browser.new_context().new_page()
    with served(str(path)) as address:
        page.goto(address)
        until(page, "window.playground?.curve.held.at(-1) < 0.5")
        assert page.evaluate("playground.problem.names.join()") == "p,q,r,s"
        page.get_by_role("button", name="Two columns").click()
        until(page, "playground.problem.names.join() === 'p,q'")
        page.get_by_label("Upwards").select_option("s")
        until(page, "playground.problem.names.join() === 'p,s' && playground.curve.epoch.length")
        page.get_by_label("Predict").select_option("q")
        until(page, "playground.problem.of === 'regression' && playground.curve.epoch.length")
    page.context.close()


@pytest.mark.slow
def test_a_network_is_saved_as_a_run(browser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERATA_HOME", str(tmp_path / "home"))
    context = browser.new_context()
    page = context.new_page()
    with served() as address:
        page.goto(address)
        until(page, "playground.curve.epoch.length > 20")
        page.get_by_role("button", name="Save as run").click()
        page.get_by_text("Saved as the run moons").wait_for(timeout=60_000)
        assert page.evaluate("playground.playing") is False
        epochs = page.evaluate("playground.last.message.epoch")
    context.close()
    record = json.loads((tmp_path / "runs" / "moons" / "run.json").read_text())
    assert record["epochs"] == epochs
    assert record["rows"] == {"train": 120, "validation": 120, "test": 240}
    assert (tmp_path / "runs" / "moons" / "report.html").is_file()


@pytest.mark.slow
def test_points_are_drawn_with_the_pointer_and_with_keys(page):
    page.get_by_role("button", name="Draw").click()
    canvas = page.locator(".map canvas").last
    for x, y in ((0.2, 0.3), (0.3, 0.6)):
        box = canvas.bounding_box()
        canvas.click(position={"x": x * box["width"], "y": y * box["height"]})
    page.get_by_role("button", name="Orange").click()
    canvas.focus()
    for _ in range(2):
        canvas.press("Shift+ArrowRight")
        canvas.press("Enter")
        canvas.focus()
    until(page, "playground.problem.settings.points.length === 4 && playground.curve.epoch.length")
    assert page.evaluate("playground.problem.settings.points.map((p) => p[2]).join()") == "1,1,0,0"


@pytest.mark.slow
def test_families_steps_and_gates(page):
    page.get_by_role("button", name="Family").click()
    until(page, "document.querySelectorAll('.family figure').length === 7")
    page.get_by_role("button", name="Seeds").click()
    until(page, "document.querySelectorAll('.family figure').length === 5")
    page.get_by_role("button", name="One step").click()
    until(page, "document.querySelector('svg.step')?.textContent.includes('0.75137')")
    page.get_by_role("button", name="4 Update").click()
    until(page, "document.querySelector('svg.step').textContent.includes('0.4 → 0.35892')")
    page.get_by_role("button", name="Gates").click()
    page.get_by_role("button", name="NOR", exact=True).click()
    until(page, "document.querySelectorAll('.gate .word-good').length === 4")
    until(page, "document.querySelectorAll('.word-good').length === 8")
    slider = page.locator(".gate input[type=range]").first
    slider.focus()
    for _ in range(30):
        slider.press("ArrowLeft")
    until(page, "document.querySelectorAll('.gate .word-bad').length === 1")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    for view in ("Learn", "Family", "One step", "Gates"):
        page.get_by_role("button", name=view, exact=True).click()
        time.sleep(0.5)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
