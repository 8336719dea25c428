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


JOBS = {
    job.name: job
    for job in (
        Job("mnist", "MNIST 784-512-10, batch 128, 60,000 rows", 128, 4, "accuracy"),
        Job("boston", "Boston 13-64-64-1, batch 1, 404 rows", 1, 60, "mae"),
        Job("adult", "Adult Wide & Deep, batch 32, 32,561 rows", 32, 5, "accuracy"),
        Job("cnn", "MNIST CNN of 93,322 weights, batch 64, 60,000 rows", 64, 2, "accuracy"),
    )
}


def data_file(name: str) -> Path | None:
    """Give the path of a data file, or None where there is none."""
    folder = os.environ.get("KERATA_DATA")
    path = Path(folder) / name if folder else None
    return path if path is not None and path.exists() else None


def load(job: str) -> tuple[Any, Any, Any, Any, bool]:
    """Give x_train, y_train, x_test, y_test and whether the data are real."""
    rng = np.random.default_rng(0)
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


def build(k: Any, job: str, width: int) -> Any:
    """Build and compile a job's network with a library of Keras's interface."""
    dense = k.layers.Dense
    if job == "mnist":
        model = k.Sequential(
            [k.Input((784,)), dense(512, activation="relu"), dense(10, activation="softmax")]
        )
        loss, metric = "categorical_crossentropy", "accuracy"
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
