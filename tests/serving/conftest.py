"""Small runs behind a server, trained once for all tests here."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("starlette")

from starlette.testclient import TestClient  # noqa: E402  # after the checks

from kerata.serving.app import application  # noqa: E402
from kerata.serving.figures import Figures  # noqa: E402
from kerata.serving.served_run import ServedRun  # noqa: E402
from kerata.workbench import fit_source, runs  # noqa: E402
from kerata.workbench.data import read_source  # noqa: E402

HOST = "http://127.0.0.1:8000"


def fruit_rows(number=120, seed=0):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=number).round(3)
    town = rng.choice(["Ulm", "Bonn", "Köln"], number)
    days = pandas.Timestamp("2020-01-01") + pandas.to_timedelta(rng.integers(0, 900, number), "D")
    kind = np.where(size + (town == "Ulm") > 0.3, "pear", "apple")
    return pandas.DataFrame(
        {
            "size": size,
            "town": town,
            "picked": days.strftime("%Y-%m-%d"),
            "ripe": np.where(rng.random(number) < 0.5, "yes", "no"),
            "kind": kind,
        }
    )


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def run(place):
    fruit_rows().to_csv(place / "fruit.csv", index=False)
    source = read_source(place / "fruit.csv", target="kind")
    return runs.save(fit_source(source, network="linear", folds=1), "fruit", place / "runs")


@pytest.fixture(scope="session")
def served(run):
    return ServedRun(run.path)


@pytest.fixture(scope="session")
def rows():
    return fruit_rows


@pytest.fixture(scope="session")
def client_of():
    def made(*served, **options):
        app = application(list(served), figures=Figures(), **options)
        return TestClient(app, HOST, raise_server_exceptions=False)

    return made


@pytest.fixture
def client(client_of, served):
    return client_of(served)


@pytest.fixture(scope="session")
def row():
    return {"size": 0.4, "town": "Ulm", "picked": "2021-05-01", "ripe": "yes"}
