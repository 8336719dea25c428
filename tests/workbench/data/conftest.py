"""Three tables of scikit-learn's with the dirt that real files have, written as CSV."""

import csv

import numpy as np
import pytest

NOTHING = ("", "n/a", "NA", "?", "-", " ", "NULL")


def strew(rng, cells, share, spellings=NOTHING):
    """Replace some cells by spellings of nothing."""
    lost = rng.random(len(cells)) < share
    return [
        str(rng.choice(spellings)) if gone else cell for cell, gone in zip(cells, lost, strict=True)
    ]


def write(path, columns, delimiter=",", encoding="utf-8"):
    with open(path, "w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def wine_columns():
    """Wine: units, stray spaces, mixed case, an id, a constant, a copy of the target."""
    from sklearn.datasets import load_wine

    data, rng = load_wine(), np.random.default_rng(0)
    x, y = data.data, data.target
    cultivar = [("Barolo", "Grignolino", "Barbera")[k] for k in y]
    hue = np.where(x[:, 10] > 1, "deep", "pale")
    columns = {
        "sample no": [f"W-{number:04d}" for number in rng.permutation(len(x))],
        "alcohol": strew(rng, [f"{v:.2f} % vol" for v in x[:, 0]], 0.1),
        "malic acid": [f" {v:.2f} " for v in x[:, 1]],
        "magnesium": strew(rng, [f"{v:.0f}mg" for v in x[:, 4]], 0.05, ("not recorded", "")),
        "proline": [f"{v:,.0f}" for v in x[:, 12] * 10],
        "hue": [rng.choice([f, f.upper(), f.title(), f + " "]) for f in hue],
        "country": ["Italy"] * len(x),
        "comment": strew(rng, [""] * len(x), 0.02, ("corked",)),
        "cultivar code": [f"{'XYZ'[k]}{rng.integers(3)}" for k in y],
        "cultivar": cultivar,
    }
    return columns, "cultivar"


def cancer_columns():
    """Breast cancer: decimal commas, dates, free text, one who noted only the malignant."""
    from sklearn.datasets import load_breast_cancer

    data, rng = load_breast_cancer(), np.random.default_rng(1)
    x, y = data.data, data.target
    days = np.datetime64("2015-01-01") + rng.integers(0, 2000, len(x))
    words = ["patient", "seen", "scan", "left", "right", "breast", "mass", "margin", "dense", "up"]
    size = [f"{v:.3f}".replace(".", ",") for v in x[:, 0]]
    area = [f"{v:,.1f}".replace(",", "_").replace(".", ",").replace("_", ".") for v in x[:, 3] * 4]
    columns = {
        "Nr": list(range(1, len(x) + 1)),
        "radius": strew(rng, size, 0.08),
        "area": area,
        "texture": [f"{v:.2f}".replace(".", ",") for v in x[:, 1]],
        "seen on": [f"{d.day}.{d.month}.{d.year}" for d in days.astype(object)],
        "notes": [" ".join(rng.choice(words, rng.integers(6, 14))) for _ in y],
        "ward": [f"0{rng.integers(1, 5)}" for _ in y],
        "oncologist": [("" if k else str(rng.choice(["Ferrari", "Müller", "Kim"]))) for k in y],
        "nothing": [""] * len(x),
        "result": [rng.choice([t, t.upper()]) for t in np.where(y == 1, "benign", "malignant")],
    }
    return columns, "result"


def diabetes_columns():
    """Diabetes: currency, thousands, negatives, US dates, a scaled copy of the target."""
    from sklearn.datasets import load_diabetes

    data, rng = load_diabetes(scaled=False), np.random.default_rng(2)
    x, y = data.data, data.target
    days = np.datetime64("2019-03-01") + rng.integers(0, 700, len(x))
    columns = {
        "patient_id": rng.permutation(np.arange(10_000, 90_000, 7))[: len(x)].tolist(),
        "age": strew(rng, [str(int(v)) for v in x[:, 0]], 0.05, ("unknown", "N/A")),
        "sex": [("F" if v == 1 else "M") for v in x[:, 1]],
        "bmi": [f"{v:.1f}" for v in x[:, 2]],
        "cost": [f"${v * 100:,.2f}" for v in x[:, 4]],
        "balance": [f"({v:,.0f})" if v < 150 else f"{v:,.0f}" for v in x[:, 5] * 1.0],
        "visit": [f"{d.month}/{d.day}/{d.year}" for d in days.astype(object)],
        "zip": [f"{z}" for z in rng.choice([10115, 80331, 20095, 50667], len(x))],
        "score next year": [f"{v * 1.1 + 3:.2f}" for v in y],
        "progression": [f"{v:.0f}" for v in y],
    }
    return columns, "progression"


TABLES = {
    "wine": (wine_columns, ",", "utf-8"),
    "cancer": (cancer_columns, ";", "cp1252"),
    "diabetes": (diabetes_columns, "\t", "utf-16"),
}


@pytest.fixture
def dirty(tmp_path):
    """Give a function that writes one of the tables and tells its path and target."""
    pytest.importorskip("sklearn")

    def make(name):
        columns, delimiter, encoding = TABLES[name]
        made, target = columns()
        return write(tmp_path / f"{name}.csv", made, delimiter, encoding), target

    return make
