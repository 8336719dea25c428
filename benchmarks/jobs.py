"""The jobs: data and networks, written once for every library that speaks Keras's language.

Data are read from the folder named by KERATA_DATA; without it, random data of the same
shapes stand in, which the report then says.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Job:
    """One training that every contender runs."""

    name: str
    title: str
    batch_size: int
    epochs: int
    metric: str  # what the contenders print for the test set
    macs: float = 0  # multiplications of a row forward; first layer, whose inputs need no gradient
    later_macs: float = 0  # and the layers after it
    weights: int = 0
    rows: int = 0
    row_bytes: float = 0  # of the data, as compactly as it can be read
    folds: int = 0  # of cross-validation, where a whole program is measured


CNN = (676 * 9 * 32, 121 * 288 * 64 + 9 * 576 * 64 + 576 * 64 + 640, 93322, 60000, 784)
JOBS = {
    job.name: job
    for job in (
        Job(
            *("imdb", "IMDB 10,000-16-16-1, batch 512, 15,000 rows", 512, 6, "accuracy"),
            *(132 * 16, 272, 160305, 15000, 264),
        ),
        Job(
            *("mnist", "MNIST 784-512-10, batch 128, 60,000 rows", 128, 4, "accuracy"),
            *(784 * 512, 5120, 407050, 60000, 784),
        ),
        Job("cnn", "MNIST CNN of 93,322 weights, batch 64, 60,000 rows", 64, 2, "accuracy", *CNN),
        Job(
            *("adult", "Adult Wide & Deep, batch 32, 32,561 rows", 32, 5, "accuracy"),
            *(107 * 65, 64 * 32 + 32 * 16 + 17, 9618, 32561, 428),
        ),
        Job(
            *("boston", "Boston 13-64-64-1, batch 1, 404 rows", 1, 30, "mae"),
            *(13 * 64, 64 * 64 + 64, 5121, 404, 52),
        ),
        # Sequences: products of a row are those of all its steps.
        Job(
            *("lstm", "IMDB, 500 words, LSTM of 32, batch 128, 5,000 rows", 128, 3, "accuracy"),
            *(0, 500 * 2 * 32 * 128, 328353, 5000, 1000),
        ),
        Job(
            *("gru", "IMDB, 200 words, two GRUs of 32, batch 128, 10,000 rows", 128, 3, "accuracy"),
            *(0, 2 * 200 * 2 * 32 * 96, 332737, 10000, 400),
        ),
        Job(
            *("transformer", "IMDB, 200 words, transformer block of 32", 128, 3, "accuracy"),
            *(0, 200 * (6 * 32 * 32 + 2 * 200 * 32), 332000, 10000, 400),
        ),
        Job(
            *("series", "60,000 windows of 120 x 14, LSTM of 16, batch 128", 128, 3, "mae"),
            *(0, 120 * (14 + 16) * 64, 2001, 60000, 56),
        ),
    )
}
SEQUENCES = {"lstm": 500, "gru": 200, "transformer": 200}
STEPS = 120  # of a window of the series
# From the start of Python to the printed test figure.
WHOLE = {
    job.name: job
    for job in (
        Job("imdb-program", "IMDB, 4 epochs, from files", 512, 4, "accuracy"),
        Job("cnn-program", "MNIST CNN, 1 epoch, from files", 64, 1, "accuracy"),
        Job("boston-program", "Boston, 4 folds of 100 epochs", 1, 100, "mae", folds=4),
    )
}


def data_file(name: str) -> Path | None:
    """Give the path of a data file, or None where there is none."""
    folder = os.environ.get("KERATA_DATA")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.exists() else None


def load(job: str, sparse: bool = False) -> tuple[Any, Any, Any, Any, bool]:
    """Give x_train, y_train, x_test, y_test and whether the data are real."""
    job = job.removesuffix("-program")
    rng = np.random.default_rng(0)
    if job == "imdb":
        return load_imdb(rng, sparse)
    if job in SEQUENCES:
        return load_words(rng, SEQUENCES[job], JOBS[job].rows)
    if job == "series":
        return load_series(rng)
    if job in ("mnist", "cnn"):
        path = data_file("mnist.npz")
        if path:
            with np.load(path) as file:
                x, y, u, v = (file[k] for k in ("x_train", "y_train", "x_test", "y_test"))
        else:
            x, u = (rng.integers(0, 256, (n, 28, 28), dtype=np.uint8) for n in (60000, 10000))
            y, v = (rng.integers(0, 10, n) for n in (60000, 10000))
        shape = (-1, 784) if job == "mnist" else (-1, 28, 28, 1)
        x, u = (a.reshape(shape).astype("float32") / 255 for a in (x, u))
        return x, np.eye(10, dtype="float32")[y], u, np.eye(10, dtype="float32")[v], bool(path)
    if job == "boston":
        path = data_file("BostonHousing.csv")
        table = rng.normal(size=(506, 14))
        if path:
            lines = path.read_text().replace('"', "").splitlines()
            table = np.genfromtxt(lines[1:], delimiter=",")
        table = table[np.random.RandomState(113).permutation(len(table))].astype("float32")
        x, y, u, v = table[:404, :13], table[:404, 13], table[404:, :13], table[404:, 13]
        mean, std = x.mean(0), x.std(0)
        return (x - mean) / std, y, (u - mean) / std, v, bool(path)
    return load_adult(rng)


def reviews(rng: np.random.Generator) -> tuple[Any, Any, Any, bool]:
    """Read the reviews' word numbers, where each begins, and the targets, as prepared."""
    prepared = os.environ.get("KERATA_BENCH_IMDB")
    if prepared:
        with np.load(prepared) as file:
            return file["indices"], file["indptr"], file["y"], True
    counts = rng.integers(20, 240, 50000)
    indices = rng.zipf(1.3, counts.sum()) % 10000
    return indices, np.concatenate([[0], counts.cumsum()]), rng.integers(0, 2, 50000), False


def load_words(rng: np.random.Generator, length: int, rows: int) -> tuple[Any, Any, Any, Any, bool]:
    """Give the last words of each review, after zeros; 2,000 reviews are the test."""
    indices, indptr, y, real = reviews(rng)
    chosen = [*range(rows), *range(25000, 27000)]
    x = np.zeros((len(chosen), length), np.int32)
    for place, i in enumerate(chosen):
        words = indices[indptr[i] : indptr[i + 1]][-length:]
        x[place, length - len(words) :] = words
    y = y[chosen].astype("float32")
    return x[:rows], y[:rows], x[rows:], y[rows:], real


def load_series(rng: np.random.Generator) -> tuple[Any, Any, Any, Any, bool]:
    """Make 14 columns that wander and swing; the first one a day of steps later is the target."""
    steps = np.arange(66_000)
    swings = np.sin(2 * np.pi * steps[:, None] / rng.integers(50, 2000, 14))
    wander = rng.normal(0, 0.05, (len(steps), 14)).cumsum(0)
    x = (swings + (wander - wander.mean(0)) / wander.std(0)).astype("float32")
    n = 60_000 + STEPS - 1
    return x[:n], x[STEPS + 143 :, 0][:60_000], x[n:-144], x[n + STEPS + 143 :, 0], False


def windows(k: Any, job: str, x: Any, y: Any, shuffle: bool) -> tuple[Any, Any]:
    """Give what ``fit`` takes: the series as windows, anything else as it is."""
    if job != "series":
        return x, y
    given = {"sequence_length": STEPS, "batch_size": JOBS[job].batch_size, "shuffle": shuffle}
    return k.utils.timeseries_dataset_from_array(x, y, **given), None


def load_imdb(rng: np.random.Generator, sparse: bool) -> tuple[Any, Any, Any, Any, bool]:
    """Read the reviews' word numbers, which ``run.py`` prepared, as rows of zeros and ones."""
    import scipy.sparse

    indices, indptr, y, prepared = reviews(rng)
    ones = np.ones(len(indices), np.float32)
    x = scipy.sparse.csr_matrix((ones, indices, indptr), shape=(50000, 10000))
    x.sum_duplicates()
    x.data[:] = 1
    train, test = x[:15000], x[25000:]
    if not sparse:
        train, test = train.toarray(), test.toarray()
    y = y.astype("float32")
    return train, y[:15000], test, y[25000:], prepared


def load_adult(rng: np.random.Generator) -> tuple[Any, Any, Any, Any, bool]:
    """Read the census tables as the Wide & Deep program does: dummies, scaled to 0..1."""
    paths = [data_file("adult.data.gz"), data_file("adult.test.gz")]
    if not all(paths):
        x, u = (rng.random((n, 107), dtype="float32") for n in (32561, 16281))
        return x, (x[:, 0] > 0.5).astype("float32"), u, (u[:, 0] > 0.5).astype("float32"), False
    import pandas as pd

    columns = [f"c{i}" for i in range(15)]
    tables = [
        pd.read_csv(p, names=columns, skipinitialspace=True, skiprows=skip, compression="gzip")
        for p, skip in zip(paths, (0, 1), strict=True)
    ]
    both = pd.concat(tables).dropna()
    y = both.pop("c14").str.contains(">50K").to_numpy().astype("float32")
    text = [c for c in both if both[c].dtype.kind not in "iuf"]
    x = pd.get_dummies(both.drop(columns=["c2"]), columns=text).to_numpy().astype("float32")
    x = (x - x.min(0)) / np.maximum(x.max(0) - x.min(0), 1e-9)
    n = len(tables[0].dropna())
    return x[:n], y[:n], x[n:], y[n:], True


def transformer(k: Any, length: int) -> Any:
    """Build one block of two heads over vectors of 32."""
    given = k.Input((length,), dtype="int32")
    x = k.layers.Embedding(10000, 32)(given)
    x = k.layers.LayerNormalization()(x + k.layers.MultiHeadAttention(2, 16)(x, x))
    hidden = k.layers.Dense(32)(k.layers.Dense(32, activation="relu")(x))
    x = k.layers.LayerNormalization()(x + hidden)
    x = k.layers.GlobalAveragePooling1D()(x)
    return k.Model(given, k.layers.Dense(1, activation="sigmoid")(x))


def build(k: Any, job: str, width: int) -> Any:
    """Build and compile a job's network with a library of Keras's interface."""
    dense = k.layers.Dense
    job = job.removesuffix("-program")
    if job == "imdb":
        hidden = [dense(16, activation="relu"), dense(16, activation="relu")]
        model = k.Sequential([k.Input((width,)), *hidden, dense(1, activation="sigmoid")])
        loss, metric = "binary_crossentropy", "accuracy"
    elif job == "mnist":
        model = k.Sequential(
            [k.Input((784,)), dense(512, activation="relu"), dense(10, activation="softmax")]
        )
        loss, metric = "categorical_crossentropy", "accuracy"
    elif job in ("lstm", "gru"):
        layer = k.layers.LSTM(32) if job == "lstm" else k.layers.Bidirectional(k.layers.GRU(32))
        words = [k.Input((width,), dtype="int32"), k.layers.Embedding(10000, 32)]
        model = k.Sequential([*words, layer, dense(1, activation="sigmoid")])
        loss, metric = "binary_crossentropy", "accuracy"
    elif job == "transformer":
        model, loss, metric = transformer(k, width), "binary_crossentropy", "accuracy"
    elif job == "series":
        model = k.Sequential([k.Input((STEPS, width)), k.layers.LSTM(16), dense(1)])
        loss, metric = "mse", "mae"
    elif job == "boston":
        model = k.Sequential(
            [k.Input((13,)), dense(64, activation="relu"), dense(64, activation="relu"), dense(1)]
        )
        loss, metric = "mse", "mae"
    elif job == "adult":
        x = k.Input((width,))
        deep = x
        for units in (64, 32, 16):
            deep = dense(units, activation="relu")(deep)
        both = k.layers.Concatenate()([dense(1, activation="sigmoid")(x), deep])
        model = k.Model(x, dense(1, activation="sigmoid")(both))
        loss, metric = "binary_crossentropy", "accuracy"
    else:
        conv, pool = k.layers.Conv2D, k.layers.MaxPooling2D
        model = k.Sequential(
            [
                k.Input((28, 28, 1)),
                conv(32, (3, 3), activation="relu"),
                pool((2, 2)),
                conv(64, (3, 3), activation="relu"),
                pool((2, 2)),
                conv(64, (3, 3), activation="relu"),
                k.layers.Flatten(),
                dense(64, activation="relu"),
                dense(10, activation="softmax"),
            ]
        )
        loss, metric = "categorical_crossentropy", "accuracy"
    return model, {"optimizer": "rmsprop", "loss": loss, "metrics": [metric]}
