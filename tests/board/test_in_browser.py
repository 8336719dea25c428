"""The board in a real browser; skipped where there is no Chromium."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time

import pytest

pytestmark = pytest.mark.slow
HOSTILE = "<img src=x onerror=alert(1)>"
LONG = ["--network", "mlp", "--folds", "1", "--epochs", "100000", "--option", "patience=100000"]


@pytest.fixture
def address(place):
    """A board on a folder with a run of a hostile name; its address with the token."""
    shutil.copytree(place / "pears", place / HOSTILE)
    server = subprocess.Popen(
        [sys.executable, "-m", "kerata", "board", "--no-browser", "--port", "0"],
        cwd=place.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield server.stdout.readline().split(": ", 1)[1].strip()
    finally:
        server.send_signal(signal.SIGINT)
        said = server.communicate(timeout=20)[0]
    assert server.returncode == 0, said
    assert "Traceback" not in said


@pytest.fixture
def open_page(browser, address):
    """Open the board in a browser of its own; nothing may go wrong in it."""
    wrong, contexts = [], []

    def opened(width=1280, mode="light", path=""):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=mode, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
        page.on(
            "console",
            lambda told: wrong.append(told.text) if "Content Security" in told.text else None,
        )
        page.goto(address)
        page.wait_for_selector(".run")
        if path:
            page.goto(address.split("?")[0] + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def start_training(place, name):
    return subprocess.Popen(
        [sys.executable, "-m", "kerata", "train", "pears.csv", "--target", "ripe", "-q"]
        + [*LONG, "--name", name],
        cwd=place.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_tab_of_a_run_with_a_hostile_name(open_page, width, mode):
    page = open_page(width, mode)
    page.locator(".run", has_text=HOSTILE).click()
    page.wait_for_selector(".figure b")
    assert page.inner_text("h1") == HOSTILE
    for tab, shown in {
        "Mistakes": ".matrix",
        "Try rows": ".trying .figure b",
        "Columns": ".table",
        "Network": ".hist",
        "About": ".facts",
        "Verdict": ".table",
    }.items():
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"[role=tabpanel] {shown}")
        wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{tab} is too wide"
    assert page.locator("img").count() == 0


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The rules of axe-core, fetched for this test alone; they are no part of the project."""
    folder = tmp_path_factory.mktemp("axe")
    if shutil.which("npm") is None:
        pytest.skip("npm is not here")
    command = ["npm", "pack", "axe-core@4.10.3"]
    if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("axe-core can't be fetched")
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        return packed.extractfile("package/axe.min.js").read().decode()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_rules_of_wcag_aa_hold_on_each_tab(open_page, axe, width, mode):
    page = open_page(width, mode)
    page.evaluate(axe)
    rules = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    broken = page.evaluate(rules)["violations"]
    page.locator(".run", has_text="pears-2").click()
    page.wait_for_selector(".figure b")
    for tab, shown in {
        "Verdict": ".table",
        "Mistakes": ".matrix",
        "Try rows": ".trying .figure b",
        "Columns": ".table",
        "Network": ".hist",
    }.items():
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(f"[role=tabpanel] {shown}")
        broken += page.evaluate(rules)["violations"]
    assert not [(one["id"], one["nodes"][0]["html"]) for one in broken]


def test_search_sort_and_keys(open_page):
    page = open_page()
    page.fill("input[type=search]", "pears-2")
    until(lambda: page.locator(".run").count() == 1)
    page.fill("input[type=search]", "accuracy>2")
    until(lambda: page.locator(".run").count() == 0)
    page.fill("input[type=search]", "state:damaged")
    until(lambda: page.locator(".run").count() == 1)
    page.fill("input[type=search]", "")
    page.select_option("[aria-label='Sort by']", "name")
    until(lambda: page.locator(".run").count() == 4)
    page.focus(".runs")
    for key in ("Home", "ArrowDown", "End", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("h1")
    assert page.inner_text("h1") == page.locator("[aria-current=true] .name").inner_text()
    page.focus(".chart canvas[tabindex]")
    page.keyboard.press("ArrowRight")
    until(lambda: "validation" in page.inner_text(".readout"))


def test_a_damaged_run_is_a_sentence(open_page):
    page = open_page()
    page.locator(".run", has_text="broken").click()
    until(lambda: "is damaged" in page.inner_text(".notice"))


def test_compare_by_marking_two(open_page):
    page = open_page()
    for name in ("pears-2", "pears"):
        page.locator(f".mark[title='Lay {name} over others']").click()
    page.get_by_role("button", name="Compare 2").click()
    page.wait_for_selector("text=McNemar")


def test_what_if_by_a_slider(open_page):
    page = open_page(path="#run=pears&tab=try")
    slider = page.get_by_label("weight, slider")
    slider.focus()
    page.wait_for_selector(".hangs .chart canvas")
    seen = set()
    for key in ("Home", "End"):
        page.keyboard.press(key)
        time.sleep(0.6)
        seen.add(page.inner_text(".answer .figure b"))
    assert seen == {"yes", "no"}


def test_delete_and_undo(open_page, place):
    page = open_page(path="#run=pears-2")
    page.get_by_role("button", name="Delete").click()
    page.locator("dialog").get_by_role("button", name="Delete").click()
    until(lambda: not (place / "pears-2").exists())
    page.get_by_role("button", name="Undo").click()
    until((place / "pears-2" / "run.json").exists)
    until(lambda: page.inner_text("h1") == "pears-2")


def test_a_run_deleted_while_it_is_watched(open_page, place):
    page = open_page(path="#run=pears")
    page.wait_for_selector(".figure b")
    shutil.rmtree(place / "pears")
    page.wait_for_selector("text=This run is gone")


def test_train_from_the_page_watch_it_and_stop(open_page, place):
    page = open_page(path="#view=train")
    page.get_by_role("button", name="pears.csv").click()
    page.get_by_label("Which column it is to predict").select_option("ripe")
    page.wait_for_selector("text=Binary: 'ripe' has 2 values")
    page.get_by_label("Network").select_option("mlp")
    page.get_by_label("Name of the run").fill("mine")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_selector("h1:text-is('mine')", timeout=120_000)
    until(lambda: (place / "mine" / "report.html").is_file(), 120)
    page.wait_for_selector("text=95% interval", timeout=20_000)
    assert page.inner_text("h1") == "mine"


def test_epochs_come_within_a_second_and_stop_keeps_the_best(open_page, place):
    page = open_page()
    child = start_training(place, "long")
    try:
        page.locator(".run.live").click(timeout=120_000)
        page.wait_for_selector("text=Overfitting since epoch", timeout=120_000)
        lags = [lag(page, place) for _ in range(5)]
        assert sorted(lags)[2] < 1.0, lags
        page.get_by_role("button", name="Stop", exact=True).click()
        out, _ = child.communicate(timeout=120)
    finally:
        child.kill()
    assert "the best one was kept" in out
    page.wait_for_selector("text=95% interval", timeout=20_000)
    assert page.inner_text("h1") == "long"


def test_a_keras_program_is_seen_while_it_trains_and_stopped(open_page, place):
    page = open_page()
    program = place.parent / "line.py"
    program.write_text(
        "import numpy as np\nimport keras\n"
        "x = np.linspace(0, 1, 64, dtype='float32').reshape(32, 2)\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "model.compile(loss='mse', optimizer='sgd')\n"
        "history = model.fit(x, x[:, :1], epochs=10_000_000, verbose=2, board=True)\n"
        "print('ended after', len(history.epoch))\n"
    )
    words = [sys.executable, "-m", "kerata", "run", "line.py"]
    with open(place.parent / "said", "w") as said:
        child = subprocess.Popen(words, cwd=place.parent, stdout=said, stderr=said)
    try:
        page.locator(".run.live", has_text="line").click(timeout=60_000)
        assert page.inner_text("h1") == "line"
        shown = page.locator(".main", has_text=re.compile(r"epoch [\d,]+ of"))
        first = shown.inner_text()
        until(lambda: shown.inner_text() != first)
        page.get_by_role("button", name="Stop", exact=True).click()
        child.wait(timeout=60)
    finally:
        child.kill()
    words = (place.parent / "said").read_text()
    told = re.search(r"On the board: http://127.0.0.1:\d+/(#run=line~\S+)", words)
    assert told[1] == page.url[page.url.index("#") :].replace("%7E", "~")
    assert "ended after" in words


def test_folds_and_all_averaged_networks_are_seen(open_page, place):
    page = open_page()
    words = ["--network", "table", "--folds", "3", "--option", "members=3", "--name", "several"]
    child = subprocess.Popen(
        [sys.executable, "-m", "kerata", "train", "pears.csv", "--target", "ripe", "-q", *words],
        cwd=place.parent,
    )
    try:
        page.locator(".run.live").click(timeout=120_000)
        bar = page.locator("[role=progressbar]")
        seen = set()

        def told():
            seen.add((bar.get_attribute("aria-label"), bar.get_attribute("aria-valuenow")))
            return page.locator(".legend", has_text="network 3").count()

        until(told, 200)
    finally:
        child.kill()
        child.wait()
    assert {int(share) for what, share in seen if what == "Folds" and share} & {33, 67, 100}
    assert max(int(share or 0) for what, share in seen if what == "Epochs") > 33
    assert page.locator(".legend", has_text="network 2").count() == 1


def lag(page, place):
    """Seconds from when an epoch ended until the page shows its number."""
    shown = re.compile(r"epoch (\d+) of")
    first = shown.search(page.inner_text(".main"))[1]
    while (now := shown.search(page.inner_text(".main"))[1]) == first:
        pass
    seen = time.time()
    text = next((place / ".live").glob("*.jsonl")).read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    return seen - next(line["t"] for line in lines if line.get("n") == int(now))


def test_a_training_that_is_killed_shows_as_stopped(open_page, place):
    page = open_page()
    child = start_training(place, "victim")
    try:
        page.locator(".run.live").click(timeout=120_000)
        until(lambda: "epoch" in page.inner_text(".main"))
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    page.wait_for_selector(".main .badge:text-is('stopped')", timeout=20_000)


def test_event_files_of_tensorboard_are_opened_and_followed(open_page, place):
    pytest.importorskip("tensorboard")
    from kerata.callbacks.event_files import EventFile

    file = EventFile(place / "logs" / "train")
    for step in (1, 2):
        file.scalar("loss", 1 / step, step)
    file.flush()
    page = open_page()
    page.locator(".run", has_text="logs").click()
    assert page.inner_text("h1") == "logs"
    page.get_by_text("1 curve · up to step 2").wait_for()
    page.locator(".legend", has_text="training").wait_for()
    page.focus(".chart canvas[tabindex]")
    page.keyboard.press("ArrowRight")
    until(lambda: "training" in page.inner_text(".readout"))
    file.scalar("loss", 0.25, 9)
    file.close()
    (path,) = (place / "logs" / "train").iterdir()
    path.write_bytes(path.read_bytes() + b"\1" * 20)
    page.get_by_text("up to step 9").wait_for(timeout=20_000)
    page.get_by_text("a checksum does not fit").wait_for()
    page.locator(".mark[title='Lay pears over others']").click()
    page.locator(".legend", has_text="pears").wait_for()
    page.reload()
    page.get_by_text("up to step 9").wait_for()
    page.goto(page.url.replace("logs", "lost"))
    page.reload()
    page.get_by_text("This run is gone").wait_for()


def test_twenty_browsers_on_one_board(browser, address, place):
    contexts = [browser.new_context() for _ in range(20)]
    pages = [context.new_page() for context in contexts]
    try:
        for page in pages:
            page.goto(address)
        for page in pages:
            page.wait_for_selector(".run")
        began = time.monotonic()
        shutil.copytree(place / "pears", place / "another")
        for page in pages:
            page.locator(".run", has_text="another").wait_for(timeout=10_000)
        assert time.monotonic() - began < 10
    finally:
        for context in contexts:
            context.close()
