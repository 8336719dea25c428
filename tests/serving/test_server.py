"""The server as a process: it is trained anew, loaded, sent nonsense and ended."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import threading

import pytest

from kerata.workbench import fit_source, runs
from kerata.workbench.data import read_source

httpx = pytest.importorskip("httpx")
pytestmark = pytest.mark.slow


class Server:
    def __init__(self, *arguments):
        command = [sys.executable, "-m", "kerata", "serve", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"http://\S+:\d+", line)
            if found:
                self.address = found[0]
                break
        else:
            raise AssertionError("".join(self.lines))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        self.lines.extend(self.process.stdout)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def server(run):
    server = Server(run.path, "--port", "0")
    yield server
    server.process.kill()
    server.process.wait()


def test_sigterm_answers_what_was_accepted(server, row):
    async def ask():
        async with httpx.AsyncClient(timeout=60) as client:
            asked = [
                asyncio.create_task(client.post(f"{server.address}/predict", json=[row] * 20_000))
                for _ in range(4)
            ]
            await asyncio.sleep(0.4)
            server.process.send_signal(signal.SIGTERM)
            return await asyncio.gather(*asked)

    answers = asyncio.run(ask())
    assert [len(answer.json()["answers"]) for answer in answers] == [20_000] * 4
    assert server.process.wait(30) == 0


def test_a_run_that_is_trained_anew_is_taken_up_without_a_lost_request(server, run, place, row):
    statuses, answers = [], set()
    stop = threading.Event()

    def ask():
        with httpx.Client(timeout=60) as client:
            while not stop.is_set():
                found = client.post(f"{server.address}/predict", json=row)
                statuses.append(found.status_code)
                answers.add(found.json()["answers"][0]["probability_pear"])

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    source = read_source(place / "fruit.csv", target="kind")
    made = fit_source(source, network="mlp", epochs=2, folds=1)
    runs.save(made, "fruit", place / "runs", overwrite=True)
    for _ in range(300):
        if any("trained anew" in line for line in server.lines):
            break
        stop.wait(0.1)
    stop.wait(0.3)
    stop.set()
    for thread in asking:
        thread.join()
    assert set(statuses) == {200}
    assert len(answers) == 2
    assert any("trained anew" in line for line in server.lines)


def test_a_thousand_clients_at_once(server, row):
    async def one(limits, n):
        async with limits, httpx.AsyncClient(timeout=120) as client:
            found = await client.post(f"{server.address}/predict", json=row | {"size": n / 100})
            return found.status_code, len(found.json()["answers"])

    async def ask():
        limits = asyncio.Semaphore(1000)
        return await asyncio.gather(*(one(limits, n) for n in range(1000)))

    assert set(asyncio.run(ask())) == {(200, 1)}


def test_ten_thousand_malformed_requests(server, row):
    rng = random.Random(0)
    kinds = ["application/json", "text/csv", "text/plain", "image/png", "multipart/form-data", "x"]
    wrong = [None, True, [], {}, "x", -1e308, "9" * 400, "\x00", [[1]], {"a": [1]}, "\ud800"]

    def body(client, n):
        if n % 3 == 0:
            content = bytes(rng.randrange(256) for _ in range(rng.randrange(60)))
            kind = rng.choice(kinds)
            return client.post("/predict", content=content, headers={"content-type": kind})
        if n % 3 == 1:
            given = row | {rng.choice(list(row)): rng.choice(wrong[:-1])}
            return client.post("/predict", json=given)
        text = '{"size": ' * rng.randrange(200) + str(rng.choice(wrong))
        return client.post("/predict", content=text.encode("utf-8", "surrogatepass"))

    counts = {}
    with httpx.Client(base_url=server.address, timeout=60) as client:
        for n in range(10_000):
            found = body(client, n)
            counts[found.status_code] = counts.get(found.status_code, 0) + 1
            assert "Traceback" not in found.text
        assert client.post("/predict", json=row).is_success
    assert counts.keys() <= {200, 400, 413, 415, 422}
    assert not any("Error" in line for line in server.lines)


def test_memory_stays_flat(server, row):
    psutil_free = f"/proc/{server.process.pid}/statm"
    if not os.path.exists(psutil_free):
        pytest.skip("needs /proc")

    def resident():
        with open(psutil_free) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    with httpx.Client(base_url=server.address, timeout=60) as client:
        sizes = []
        for n in range(6):
            for m in range(10):
                given = [row | {"size": f"{n}.{m}{k}"} for k in range(3000)]
                assert client.post("/predict", json=given).is_success
            sizes.append(resident())
    assert sizes[-1] - sizes[1] < 30


def test_mistakes_at_the_command_line(run, place):
    def said(*arguments):
        command = [sys.executable, "-m", "kerata", "serve", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        return done.stderr

    folder = ("--folder", place / "runs")
    assert "There is no run 'friut'. Did you mean 'fruit'?" in said("friut", *folder)
    assert "Two runs are called 'fruit'" in said("fruit", "fruit", *folder)
    assert "A port is a number from 0 to 65535" in said("fruit", *folder, "--port", "70000")
