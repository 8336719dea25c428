"""A small table, and a short search on it."""

import numpy as np
import pytest


@pytest.fixture
def table(tmp_path):
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 2))
    frame = pandas.DataFrame(
        {
            "size": x[:, 0].round(3),
            "weight": x[:, 1].round(3),
            "colour": rng.choice(["red", "blue"], 160),
            "kind": np.where(x.sum(1) + 0.3 * rng.normal(size=160) > 0, "big", "small"),
            "price": (3 * x[:, 0] + rng.normal(size=160)).round(3),
        }
    )
    path = tmp_path / "things.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def few():
    """Search among two networks of few epochs."""
    from kerata.workbench.data import read_source
    from kerata.workbench.tuning import tune_source

    def search(path, file, **more):
        given = {"target": "kind", "networks": ("linear", "mlp"), "trials": 5, "epochs": 4} | more
        return tune_source(read_source(path, target=given["target"]), study=file, **given)

    return search
