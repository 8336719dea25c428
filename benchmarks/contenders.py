"""Who is measured at what, and how a contender is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs import JOBS, SEQUENCES, WHOLE

HERE = Path(__file__).parent
PEERS = HERE.parent / ".bench-venv" / "bin" / "python"
# A peer that takes longer for all its epochs is given up.
PATIENCE_S = 900


@dataclass(frozen=True)
class Contender:
    """A library in one of its settings."""

    name: str
    worker: str
    arguments: tuple[str, ...] = ()
    backend: str = ""
    jobs: tuple[str, ...] = (*JOBS, *WHOLE)
    tuned: bool = False

    @property
    def python(self) -> str:
        """The Python that has the library."""
        return sys.executable if self.name == "kerata" else str(PEERS)

    def command(self, job: str, *more: str) -> list[str]:
        """Give the command line for a job."""
        return [self.python, str(HERE / f"{self.worker}.py"), job, *self.arguments, *more]

    def run(self, job: str, *more: str) -> dict[str, Any]:
        """Run a job in a new process; give its figures, or under ``error`` why there are none."""
        environment = os.environ | ({"KERAS_BACKEND": self.backend} if self.backend else {})
        begin = time.perf_counter()
        try:
            done = subprocess.run(
                self.command(job, *more),
                capture_output=True,
                text=True,
                cwd=HERE,
                env=environment,
                timeout=PATIENCE_S,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            return {"error": f"{type(problem).__name__}: {problem}"}
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["no message"]
            return {"error": lines[-1][:200]}
        whole = time.perf_counter() - begin
        return json.loads(done.stdout.strip().splitlines()[-1]) | {"whole_s": whole}


DENSE = tuple(
    name
    for name in (*JOBS, *WHOLE)
    if not name.startswith("cnn") and name not in SEQUENCES and name != "series"
)
CONTENDERS = {
    c.name: c
    for c in (
        Contender("kerata", "worker", ("kerata",)),
        Contender("keras+tensorflow", "worker", ("keras",), "tensorflow"),
        Contender("keras+jax", "worker", ("keras",), "jax"),
        # Its convolutions take half a minute an epoch, whatever the setting.
        Contender("keras+jax, tuned", "worker", ("keras",), "jax", DENSE, tuned=True),
        Contender("keras+torch", "worker", ("keras",), "torch"),
        Contender("jax", "worker_jax", jobs=DENSE),
        Contender("torch", "worker_torch"),
        Contender("torch, compiled", "worker_torch", ("--compile",)),
        Contender("scikit-learn", "worker_sklearn", jobs=DENSE),
    )
}


def tune(contender: Contender, job: str) -> int:
    """Find the best ``steps_per_execution`` among a few."""
    measured = (JOBS | WHOLE)[job]
    rows = JOBS[job.removesuffix("-program")].rows
    steps = max(1, rows // measured.batch_size)
    candidates = sorted({s for s in (8, 32, 128, steps) if s <= steps})
    if job in WHOLE:
        return candidates[-1]
    times = {}
    for s in candidates:
        # Two epochs: one that compiles and one that counts.
        found = contender.run(job, "--epochs", "2", "--steps-per-execution", str(s))
        times[s] = found.get("epoch_s", float("inf"))
    return min(times, key=times.__getitem__)
