"""`make bench-serve`: `kerata serve` beside FastAPI with a Keras network, on Adult's rows."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from clients import asked, asked_together

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = ROOT / ".bench-serve-venv" / "bin" / "python"
TARGET = "income"
CLIENTS = (1, 8, 64, 1000)
TABLE = ("<!-- figures -->\n", "<!-- end of figures -->\n")


def adult(folder: Path) -> Path:
    """Write Adult's training rows as CSV."""
    from kerata.workbench import read_source

    source = read_source("adult")
    path = folder / "adult.csv"
    source.train.frame.to_csv(path, index=False)  # type: ignore[union-attr] # a table
    return path


class Server:
    """A server in a process of its own."""

    def __init__(self, command: list[str], ready: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if re.search(ready, line):
                return
        raise RuntimeError(f"{command[0]} ended with {self.process.wait()}")

    def megabytes(self) -> float:
        """Give the memory that the process holds, where /proc tells it."""
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except OSError:
            return float("nan")
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def measure(server: Server, port: int, rows: list[Any], requests: int) -> dict[str, Any]:
    """Ask a server with more and more clients, then once for many rows."""
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.1)
    asked(port, rows[:50], 1)
    found: dict[str, Any] = {"memory_before_mb": server.megabytes()}
    for clients in CLIENTS:
        some = [random.choice(rows) for _ in range(requests)]
        found[f"clients_{clients}"] = asked(port, some, clients)
    found["rows_per_second"] = asked_together(port, rows[:10_000])
    found["memory_after_mb"] = server.megabytes()
    return found


def contenders(folder: Path, csv: Path) -> dict[str, tuple[list[str], str, dict[str, str]]]:
    """Give the command of each server, what it prints when it is ready, and its environment."""
    kerata = [sys.executable, "-m", "kerata", "serve", "adult", "--folder", str(folder / "runs")]
    found: dict[str, tuple[list[str], str, dict[str, str]]] = {
        "Kerata": ([*kerata, "--port", "8711"], "Serving", {})
    }
    if PEERS.exists():
        peer = [str(PEERS), str(HERE / "peer.py"), str(csv), TARGET]
        for number, (name, backend, how) in enumerate(
            (
                ("FastAPI, Keras on TensorFlow, predict", "tensorflow", ""),
                ("FastAPI, Keras on TensorFlow, model(x)", "tensorflow", "direct"),
                ("FastAPI, Keras on JAX, model(x)", "jax", "direct"),
            )
        ):
            environment = {"KERAS_BACKEND": backend, "PEER": how, "TF_CPP_MIN_LOG_LEVEL": "3"}
            found[name] = ([*peer, str(8712 + number)], "ready", environment)
    return found


def table(found: dict[str, Any]) -> str:
    """Write the figures as Markdown."""
    lines = [
        "| server | one client: median | 99 % below | 8 clients | 64 clients | 1,000 clients "
        "(failed) | 10,000 rows at once | memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        few, some, many, most = (one[f"clients_{n}"] for n in CLIENTS)
        lines.append(
            f"| {name} | {few['p50_ms']:.1f} ms | {few['p99_ms']:.1f} ms "
            f"| {some['per_second']:,.0f}/s | {many['per_second']:,.0f}/s "
            f"| {most['per_second']:,.0f}/s ({most['failed']:,}) "
            f"| {one['rows_per_second']:,.0f} rows/s "
            f"| {one['memory_before_mb']:.0f} to {one['memory_after_mb']:.0f} MB |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all servers and write docs/serving.json and the table in docs/serving.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4000, help="for each number of clients")
    parser.add_argument("--minutes", default="2", help="of training")
    options = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        csv = adult(folder)
        train = [sys.executable, "-m", "kerata", "train", str(csv), "--target", TARGET]
        train += ["--minutes", options.minutes, "--out", str(folder / "runs"), "--quiet"]
        subprocess.run(train, check=True, stdout=subprocess.DEVNULL)
        frame = pd.read_csv(csv, nrows=20_000).drop(columns=TARGET).astype(object)
        rows = frame.where(frame.notna(), None).to_dict("records")
        found: dict[str, Any] = {}
        for name, (command, ready, environment) in contenders(folder, csv).items():
            server = Server(command, ready, **environment)
            port = int(next(word for word in reversed(command) if word.isdigit()))
            try:
                found[name] = measure(server, port, rows, options.requests)
            finally:
                server.end()
            print(name, json.dumps(found[name], indent=1))
    machine = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    kept = {"machine": machine, "load": os.getloadavg()[0], "servers": found}
    (ROOT / "docs" / "serving.json").write_text(json.dumps(kept, indent=1) + "\n")
    page = ROOT / "docs" / "serving.md"
    before, rest = page.read_text().split(TABLE[0])
    page.write_text(before + TABLE[0] + table(found) + TABLE[1] + rest.split(TABLE[1])[1])
    print(table(found))


if __name__ == "__main__":
    main()
