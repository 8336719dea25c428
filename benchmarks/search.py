"""Searches beside Keras and scikit-learn: python benchmarks/search.py [--quick] [--rows imdb,moons]

Each contender runs in a process of its own. Kerata's searches run whole, with an empty cache
of compiled programs ("first") and once more with what the first left ("again"). What would
take the others too long is timed in part and added up; the table says which part.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
START, END = "<!-- search:start -->", "<!-- search:end -->"
EPOCHS, WIDTHS, FOLDS, BATCH = (1, 5, 10), (32, 64, 256), 3, 512
MOONS_EPOCHS, SEEDS = 200, 64

ROWS = {
    "imdb": "IMDB, 10,000 words: epochs 1, 5, 10 x hidden 32, 64, 256, 3 folds, batch 512, refit",
    "boston": "Boston 13-64-64-1: 4 folds x 100 epochs, batch 1",
    "moons": f"Moons 2-20-1: {SEEDS} seeds x {MOONS_EPOCHS} epochs, 200 rows in a batch",
}
CONTENDERS = {
    "imdb": ("kerata", "keras", "sklearn"),
    "boston": ("kerata", "keras"),
    "moons": ("kerata", "keras"),
}
PARTS = {
    ("imdb", "keras"): "`GridSearchCV` over `keras.wrappers.SKLearnClassifier`, dense rows; timed: "
    "one fold of each width with 1 and with 2 epochs; the rest follows from these",
    ("imdb", "sklearn"): "`GridSearchCV` over `MLPClassifier`, CSR rows; timed like Keras",
    ("boston", "keras"): "timed: one fold with 1 and with 11 epochs",
    ("moons", "keras"): "timed: 3 of the seeds",
}


def load(row: str) -> tuple[Any, Any]:
    """Give rows and targets; random ones of the same kind where the data set is missing."""
    import kerata

    if row == "moons":
        return kerata.datasets.moons(200, noise=0.2, seed=0)
    rng = np.random.default_rng(0)
    try:
        if row == "imdb":
            (x, y), _ = kerata.datasets.imdb.load_data(num_words=10000)
            return kerata.utils.multi_hot(x, 10000), np.asarray(y)
        (x, y), _ = kerata.datasets.boston_housing.load_data()
        return ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32"), y
    except OSError:
        if row == "boston":
            return rng.normal(size=(404, 13)).astype("float32"), rng.normal(size=404)
        words = [rng.integers(0, 10000, n) for n in rng.integers(20, 240, 25000)]
        return kerata.utils.multi_hot(words, 10000), rng.integers(0, 2, 25000)


def builder(k: Any, row: str, outputs: int = 1) -> Callable[..., Any]:
    """Give the function that builds a row's network with a library of Keras's interface."""

    def build(hidden_size: int = 32, **ignored: Any) -> Any:
        dense = k.layers.Dense
        if row == "moons":
            parts = [k.Input((2,)), dense(20, activation="tanh"), dense(1, activation="sigmoid")]
        elif row == "boston":
            hidden = [dense(64, activation="relu") for _ in range(2)]
            parts = [k.Input((13,)), *hidden, dense(1)]
        else:
            hidden = [dense(hidden_size, activation="relu") for _ in range(2)]
            last = dense(outputs, activation="sigmoid" if outputs == 1 else "softmax")
            parts = [k.Input((10000,)), *hidden, last]
        model = k.Sequential(parts)
        kind = "binary" if outputs == 1 else "categorical"
        loss = "mse" if row == "boston" else f"{kind}_crossentropy"
        optimizer = k.optimizers.Adam(0.02) if row == "moons" else "rmsprop"
        metrics = ["mae"] if row == "boston" else ["accuracy"]
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
        return model

    return build


def clock() -> np.ndarray:
    """Read the time and this process's processor time, in seconds."""
    return np.array([time.perf_counter(), time.process_time()])


# Whole searches ---------------------------------------------------------------------------------


def of_kerata(row: str, x: Any, y: Any) -> tuple[np.ndarray, float]:
    """Run a row's whole search; give seconds and the score it reached."""
    import kerata

    build = builder(kerata, row)
    # Imported on first use; importing is timed for nobody.
    search = kerata.search
    begin = clock()
    if row == "imdb":
        space = {"epochs": list(EPOCHS), "hidden_size": list(WIDTHS)}
        found = search.grid(build, space, x, y, folds=FOLDS, batch_size=BATCH, verbose=0)
        found.refit()
        score = found.best.score
    elif row == "boston":
        score = search.cross_validate(
            build, x, y, folds=4, epochs=100, batch_size=1, every_epoch=False, verbose=0
        ).best.score
    else:
        several = search.ensemble(
            build, x, y, n=SEEDS, epochs=MOONS_EPOCHS, batch_size=200, verbose=0
        )
        score = float(np.mean([r["accuracy"] for r in several.reports]))
    return clock() - begin, score


# Parts of the others' ---------------------------------------------------------------------------


def whole_grid(time_of: Callable[[int, int], np.ndarray]) -> np.ndarray:
    """Add up the document's grid from one fold of each width with 1 and with 2 epochs."""
    total = np.zeros(2)
    for width in WIDTHS:
        one, two = time_of(width, 1), time_of(width, 2)
        epoch = np.maximum(two - one, 0)
        total += FOLDS * sum(one + (epochs - 1) * epoch for epochs in EPOCHS)
    # The refit of the best takes all rows: half as many again as a fold.
    return total + 1.5 * (time_of(WIDTHS[0], 1) + 4 * epoch)


def grid_search(estimator: Any, space: dict[str, list[Any]], x: Any, y: Any) -> np.ndarray:
    """Time one candidate on one fold in scikit-learn's grid search."""
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    fold = [next(StratifiedKFold(FOLDS).split(np.zeros(len(y)), y))]
    begin = clock()
    GridSearchCV(estimator, space, cv=fold, refit=False, error_score="raise").fit(x, y)
    return clock() - begin


def of_sklearn(x: Any, y: Any) -> tuple[np.ndarray, float]:
    """Estimate the grid with scikit-learn's own network."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")

    def time_of(width: int, epochs: int) -> np.ndarray:
        mlp = MLPClassifier((width, width), batch_size=BATCH, n_iter_no_change=1000)
        return grid_search(mlp, {"max_iter": [epochs]}, x.astype("float32"), y)

    return whole_grid(time_of), float("nan")


def of_keras(row: str, x: Any, y: Any) -> tuple[np.ndarray, float]:
    """Estimate a row with Keras."""
    import keras

    if row == "imdb":
        from keras.wrappers import SKLearnClassifier

        x = x.toarray()
        build = builder(keras, row, outputs=2)

        def make(X: Any, y: Any, hidden_size: int) -> Any:
            return build(hidden_size)

        def time_of(width: int, epochs: int) -> np.ndarray:
            space = {
                "model_kwargs": [{"hidden_size": width}],
                "fit_kwargs": [{"epochs": epochs, "batch_size": BATCH, "verbose": 0}],
            }
            return grid_search(SKLearnClassifier(make), space, x, y)

        return whole_grid(time_of), float("nan")

    build = builder(keras, row)

    def fit(epochs: int, seed: int, rows: slice, batch: int) -> tuple[np.ndarray, float]:
        begin = clock()
        keras.utils.set_random_seed(seed)
        model = build()
        history = model.fit(x[rows], y[rows], epochs=epochs, batch_size=batch, verbose=0)
        if row == "boston":
            model.evaluate(x[303:], y[303:], verbose=0)
        return clock() - begin, next(iter(history.history.values()))[-1]

    if row == "boston":
        fit(1, 0, slice(303), 1)  # what is done once in a process
        (one, _), (more, _) = (fit(n, 0, slice(303), 1) for n in (1, 11))
        return 4 * (one + 99 * (more - one) / 10), float("nan")
    times = [fit(MOONS_EPOCHS, seed, slice(None), 200) for seed in range(3)]
    return SEEDS / 3 * np.sum([t for t, _ in times], axis=0), float(np.mean([a for _, a in times]))


def worker(row: str, contender: str) -> None:
    """Run one contender at one row and print its figures."""
    x, y = load(row)
    if contender == "kerata":
        seconds, score = of_kerata(row, x, y)
    elif contender == "sklearn":
        seconds, score = of_sklearn(x, y)
    else:
        seconds, score = of_keras(row, x, y)
    wall, cpu = seconds.tolist()
    print(json.dumps({"seconds": wall, "cpu": cpu, "score": score}))


# The run ----------------------------------------------------------------------------------------


def run(row: str, contender: str, home: str) -> dict[str, Any]:
    """Run one contender in a process of its own."""
    settings = {"KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if contender == "kerata":
        settings["JAX_COMPILATION_CACHE_DIR"] = home
        settings["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.05"
    command = [sys.executable, str(HERE / "search.py"), "--worker", row, contender]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | settings)
    if done.returncode:
        raise SystemExit(f"{contender} failed at {row}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(rows: list[str], repeats: int) -> dict[str, Any]:
    """Run all contenders at the rows, repeats interleaved; give medians."""
    found: dict[str, Any] = {}
    for row in rows:
        runs: dict[str, list[dict[str, Any]]] = {}
        # Half a minute for the smaller rows, minutes for the largest.
        for _ in range(1 if row == "imdb" else repeats):
            with tempfile.TemporaryDirectory() as home:
                for name in CONTENDERS[row]:
                    runs.setdefault(name, []).append(run(row, name, home))
                    if name == "kerata":
                        runs.setdefault("kerata, again", []).append(run(row, name, home))
        found[row] = {
            name: {key: statistics.median(one[key] for one in ones) for key in ones[0]}
            for name, ones in runs.items()
        }
        ours = found[row]["kerata"]["seconds"]
        told = [
            f"{name} {f['seconds']:.1f} s, {f['cpu']:.1f} of processors "
            f"({f['seconds'] / ours:.1f} times)"
            for name, f in found[row].items()
        ]
        found[row] |= {"repeats": len(runs["kerata"]), "load": os.getloadavg()[0]}
        print(f"{row}: {', '.join(told)}", flush=True)
    return found


def markdown(found: dict[str, Any]) -> str:
    """Write the table."""
    lines = [
        "| search | | Kerata, first | again | Keras | scikit-learn | Keras / Kerata | again |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row, figures in found.items():
        title = f"{ROWS[row]} (load {figures['load']:.0f})"
        for kind, name in (("seconds", "time"), ("cpu", "of processors")):
            ours, again = figures["kerata"][kind], figures["kerata, again"][kind]
            keras, sklearn = figures["keras"][kind], figures.get("sklearn", {}).get(kind)
            other = f"{sklearn:.0f} s ({sklearn / ours:.1f} times)" if sklearn else ""
            lines.append(
                f"| {title} | {name} | {ours:.2f} s | {again:.2f} s | {keras:.0f} s | {other} "
                f"| **{keras / ours:.0f}** | {keras / again:.0f} |"
            )
            title = ""
    lines += ["", "What was timed of the others:", ""]
    lines += [f"- {row}, {name}: {text}." for (row, name), text in PARTS.items() if row in found]
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS), help="comma-separated names")
    parser.add_argument("--repeats", type=int, default=3, help="of the two smaller rows")
    parser.add_argument("--quick", action="store_true", help="moons alone, nothing written")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        worker(*args.worker)
        return
    rows = ["moons"] if args.quick else args.rows.split(",")
    unknown = [r for r in rows if r not in ROWS]
    if unknown:
        raise SystemExit(f"No row named {unknown[0]!r}; there are {', '.join(ROWS)}.")
    found = measure(rows, 1 if args.quick else args.repeats)
    if args.quick:
        return
    raw = DOCS / "search.json"
    before = json.loads(raw.read_text()) if raw.exists() else {}
    both = before | found
    found = {row: both[row] for row in ROWS if row in both}
    raw.write_text(json.dumps(found, indent=1) + "\n")
    page = DOCS / "search.md"
    if page.exists():
        text = page.read_text()
        head, tail = text[: text.index(START)], text[text.index(END) :]
        page.write_text(f"{head}{START}\n{markdown(found)}\n{tail}")
    print(markdown(found))


if __name__ == "__main__":
    main()
