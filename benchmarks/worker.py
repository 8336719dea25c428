"""One contender at one job in a process of its own; prints its figures as JSON."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import time


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("library", choices=["kerata", "keras"])
    parser.add_argument("--steps-per-execution", type=int, default=1)
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

    start = time.perf_counter()
    if args.library == "kerata":
        import kerata as library

        # Namespaces are imported on first use; a fair import time counts those of a program.
        _ = library.layers, library.models, library.optimizers
    else:
        import keras as library
    figures = {"import_s": time.perf_counter() - start}
    if args.job == "import":
        figures["peak_mb"] = peak()
        print(json.dumps(figures))
        return

    from jobs import JOBS, build, load

    job = JOBS[args.job]
    x, y, x_test, y_test, real = load(args.job)
    library.utils.set_random_seed(0)
    model, compile_args = build(library, args.job, x.shape[-1])
    if args.steps_per_execution > 1:
        compile_args["steps_per_execution"] = args.steps_per_execution
    model.compile(**compile_args)
    marks: list[float] = []

    class Clock(library.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            marks.append(time.perf_counter())

    begin = time.perf_counter()
    model.fit(
        x,
        y,
        batch_size=job.batch_size,
        epochs=args.epochs or job.epochs,
        verbose=0,
        callbacks=[Clock()],
    )
    epochs = [b - a for a, b in itertools.pairwise(marks)]
    figures |= {
        "first_epoch_s": marks[0] - begin,
        "epoch_s": sorted(epochs)[len(epochs) // 2],
        "test": model.evaluate(x_test, y_test, verbose=0)[1],
        "peak_mb": peak(),
        "real_data": real,
    }
    print(json.dumps(figures))


def peak() -> float:
    """Give the largest resident memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
