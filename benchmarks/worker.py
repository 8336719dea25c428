"""One contender that speaks Keras's language, in a process of its own; prints figures as JSON."""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import os
import resource
import statistics
import time
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("library", choices=["kerata", "keras"])
    parser.add_argument("--steps-per-execution", type=int, default=1)
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    start = time.perf_counter()
    library: Any = importlib.import_module(args.library)
    if args.library == "kerata":
        # Namespaces are imported on first use; a fair import time counts those of a program.
        _ = library.layers, library.models, library.optimizers
    figures = {"import_s": time.perf_counter() - start}
    if args.job == "import":
        print(json.dumps(figures | {"peak_mb": peak()}))
        return

    from jobs import JOBS, WHOLE, load

    data = load(args.job, sparse=args.library == "kerata")
    library.utils.set_random_seed(0)
    if args.job in WHOLE:
        figures["test"] = whole(library, WHOLE[args.job], data)
    else:
        job = JOBS[args.job]
        figures |= epochs(library, job, data, args.epochs or job.epochs, args.steps_per_execution)
    print(json.dumps(figures | {"peak_mb": peak(), "real_data": data[-1]}))


def compiled(library: Any, job: str, width: int, steps: int = 1) -> Any:
    from jobs import build

    model, arguments = build(library, job, width)
    if steps > 1:
        arguments["steps_per_execution"] = steps
    model.compile(**arguments)
    return model


def epochs(library: Any, job: Any, data: Any, count: int, steps: int) -> dict[str, float]:
    """Time single epochs; the first, which compiles, on its own."""
    x, y, x_test, y_test, _ = data
    model = compiled(library, job.name, x.shape[-1], steps)
    marks: list[float] = []

    class Clock(library.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            marks.append(time.perf_counter())

    from jobs import windows

    batch = None if job.name == "series" else job.batch_size
    x, y = windows(library, job.name, x, y, shuffle=True)
    x_test, y_test = windows(library, job.name, x_test, y_test, shuffle=False)
    begin = time.perf_counter()
    model.fit(x, y, batch_size=batch, epochs=count, verbose=0, callbacks=[Clock()])
    later = [b - a for a, b in itertools.pairwise(marks)]
    return {
        "first_epoch_s": marks[0] - begin,
        "epoch_s": statistics.median(later),
        "test": model.evaluate(x_test, y_test, verbose=0)[1],
    }


def whole(library: Any, job: Any, data: Any) -> float:
    """Do what a program does, and give the figure that it would print."""
    x, y, x_test, y_test, _ = data
    if not job.folds:
        model = compiled(library, job.name, x.shape[-1])
        model.fit(x, y, batch_size=job.batch_size, epochs=job.epochs, verbose=0)
        return model.evaluate(x_test, y_test, verbose=0)[1]
    import numpy as np

    scores = []
    for fold in np.array_split(np.arange(len(x)), job.folds):
        kept = np.setdiff1d(np.arange(len(x)), fold)
        model = compiled(library, job.name, x.shape[-1])
        model.fit(x[kept], y[kept], batch_size=job.batch_size, epochs=job.epochs, verbose=0)
        scores.append(model.evaluate(x[fold], y[fold], verbose=0)[1])
    return statistics.mean(scores)


def peak() -> float:
    """Give the largest resident memory of this process, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # The other figure starts with what the parent process had.
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
