"""scikit-learn's multi-layer perceptron (Adam, its nearest to RMSprop), in its own process."""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
import warnings
from typing import Any

import numpy as np
from jobs import JOBS, WHOLE, load
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from worker import peak

HIDDEN = {"imdb": (16, 16), "mnist": (512,), "adult": (64, 32, 16), "boston": (64, 64)}


def estimator(name: str, job: Any, epochs: int) -> Any:
    """Make the network; Adult's has no wide part here."""
    kind = MLPRegressor if name == "boston" else MLPClassifier
    return kind(
        hidden_layer_sizes=HIDDEN[name],
        batch_size=job.batch_size,
        max_iter=epochs,
        alpha=0.0,
        tol=0.0,
        n_iter_no_change=epochs,
        random_state=0,
    )


def main() -> None:
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    job = WHOLE[args.job] if args.job in WHOLE else JOBS[args.job]
    name = job.name.removesuffix("-program")
    x, y, x_test, y_test, real = load(name, sparse=True)
    y, y_test = (a.argmax(1) if a.ndim == 2 else a for a in (y, y_test))
    if job.folds:
        scores = []
        for fold in np.array_split(np.arange(len(x)), job.folds):
            kept = np.setdiff1d(np.arange(len(x)), fold)
            model = estimator(name, job, job.epochs).fit(x[kept], y[kept])
            scores.append(np.abs(model.predict(x[fold]) - y[fold]).mean())
        figures = {"test": float(np.mean(scores))}
    else:
        epochs = args.epochs or job.epochs
        model = estimator(name, job, epochs)
        marks = [time.perf_counter()]
        if args.job in WHOLE:
            model.fit(x, y)
        else:
            classes = None if name == "boston" else np.unique(y)
            for _ in range(epochs):
                if classes is None:
                    model.partial_fit(x, y)
                else:
                    model.partial_fit(x, y, classes=classes)
                marks.append(time.perf_counter())
        predicted = model.predict(x_test)
        error = np.abs(predicted - y_test).mean() if name == "boston" else None
        figures = {"test": float(np.mean(predicted == y_test) if error is None else error)}
        if args.job in JOBS:
            times = [b - a for a, b in itertools.pairwise(marks)]
            figures |= {"first_epoch_s": times[0], "epoch_s": statistics.median(times[1:])}
    print(json.dumps(figures | {"peak_mb": peak(), "real_data": real}))


if __name__ == "__main__":
    main()
