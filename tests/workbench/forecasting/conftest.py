"""Tables in time, and small forecasts trained once for all tests here."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from kerata.workbench import fit_forecast, runs  # noqa: E402  # after the check for pandas
from kerata.workbench.data import read_source  # noqa: E402


def sales(days=220, stores=("A", "B"), seed=0):
    """Daily sales with a week's pattern and a trend, one store ten times the other."""
    week = np.array([3.0, 5, 8, 9, 7, 2, 1])
    pieces = []
    for number, store in enumerate(stores):
        day = np.arange(days)
        # More days are the same days, and others behind them.
        noise = np.random.default_rng(seed + number).normal(0, 0.4, 1000)[:days]
        units = (week[day % 7] + 0.02 * day + noise) * 10**number
        dates = pandas.date_range("2024-01-01", periods=days).strftime("%Y-%m-%d")
        pieces.append(pandas.DataFrame({"date": dates, "store": store, "units": units.round(2)}))
    return pandas.concat(pieces, ignore_index=True)


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasts")
    sales().to_csv(folder / "sales.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def trained(place):
    source = read_source(place / "sales.csv", target="units")
    made = fit_forecast(
        source,
        time="date",
        horizon=5,
        group="store",
        epochs=6,
        options={"members": 2, "units": (16,)},
    )
    made.config["source"] = str(place / "sales.csv")
    return made


@pytest.fixture(scope="session")
def run(trained, place):
    return runs.save(trained, "sales", place / "runs")
