"""Small runs, trained once for all tests here."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import fit_source, runs  # noqa: E402  # after the check for pandas
from kerata.workbench.data import read_source  # noqa: E402


def rows(number=200, seed=0):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=number).round(3)
    town = rng.choice(["Ulm", "Bonn", "Köln"], number)
    kind = np.where(size + (town == "Ulm") > 0.3, "pear", "apple")
    return pandas.DataFrame({"size": size, "town": town, "kind": kind, "price": 3 * size + 10})


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    rows().to_csv(folder / "fruit.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def trained(place):
    source = read_source(place / "fruit.csv", target="kind")
    made = fit_source(
        source,
        network="linear",
        columns={"price": "drop"},
        epochs=8,
        options={"learning_rate": 0.1},
        folds=1,
    )
    made.config["source"] = str(place / "fruit.csv")
    return made


@pytest.fixture(scope="session")
def run(trained, place):
    return runs.save(trained, "fruit", place / "runs")
