"""What the server answers is what `kerata predict` writes."""

import io

import numpy as np
import pytest

from kerata.serving.answering import Answering
from kerata.serving.cell_memo import CellMemo
from kerata.serving.frozen_network import FrozenNetwork
from kerata.workbench.data.containers import Table
from kerata.workbench.runs.predictions import answer_columns

pandas = pytest.importorskip("pandas")


def answers_of(run, frame):
    columns = answer_columns(run.task, run.predict(Table(frame)))
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def same(found, wanted):
    assert [a["prediction"] for a in found] == [a["prediction"] for a in wanted]
    for name in wanted[0]:
        if name != "prediction":
            ours, theirs = ([a[name] for a in answers] for answers in (found, wanted))
            np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_rows_get_the_answers_that_predict_gives(client, run, rows):
    frame = rows(30, seed=5).drop(columns="kind")
    given = frame.to_dict("records")
    found = client.post("/predict", json=given).json()
    assert found["run"] == "fruit"
    same(found["answers"], answers_of(run, frame))


ODD = [
    {"size": None, "town": None, "picked": None, "ripe": None},
    {"size": "0,5", "town": " ulm ", "picked": "2021-05-01", "ripe": "YES"},
    {"size": "1e-1", "town": "Paris", "picked": "", "ripe": "?"},
    {"size": 3, "town": 7, "picked": "2021-05-01", "ripe": "no"},
    {"size": "n/a", "town": "KÖLN", "picked": "1999-12-31", "ripe": True},
    {"size": 1e30, "town": "Bonn", "picked": "2030-01-01", "ripe": "no"},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_odd_cells_mean_what_they_mean_in_a_file(client, run, odd):
    found = client.post("/predict", json=odd).json()["answers"]
    same(found, answers_of(run, pandas.DataFrame([odd])))


def test_a_cell_means_the_same_in_every_company(client):
    together = client.post("/predict", json=ODD).json()["answers"]
    alone = [client.post("/predict", json=odd).json()["answers"][0] for odd in ODD]
    same(together, alone)


def test_csv_in_and_csv_out(client, run, rows):
    frame = rows(9, seed=6).drop(columns="kind")
    text = frame.to_csv(index=False, sep=";")
    found = client.post(
        "/predict",
        content=text.encode("utf-8-sig"),
        headers={"content-type": "text/csv", "accept": "text/csv"},
    )
    table = pandas.read_csv(io.StringIO(found.text))
    same(table.to_dict("records"), answers_of(run, frame))


def test_many_rows_go_through_in_pieces(run, rows):
    frame = rows(1300, seed=7).drop(columns="kind")
    answering = Answering(run)
    found = answering.answers(answering.checked(frame.to_dict("records")))
    same(found, answers_of(run, frame))


def test_a_network_of_several_outputs_keeps_its_columns():
    import kerata

    class Task:
        parts, kind = (), "classes"

    kerata.utils.set_random_seed(1)
    model = kerata.Sequential([kerata.Input((3,)), kerata.layers.Dense(2)])
    x = np.random.default_rng(0).normal(size=(11, 3)).astype("float32")
    np.testing.assert_allclose(
        FrozenNetwork(model, Task)(x), model.predict(x, verbose=0), atol=1e-6
    )


def test_memory_of_cells_is_bounded(monkeypatch):
    monkeypatch.setattr("kerata.serving.cell_memo.MOST", 10)
    memo = CellMemo("name", lambda cells: cells.str.len().tolist())
    for start in range(0, 100, 5):
        cells = ["x" * n for n in range(start, start + 5)]
        assert memo(cells) == list(range(start, start + 5))
        assert len(memo._known) <= 10
    assert memo(["x" * 500] * 2) == [500, 500]
    assert not any(len(cell) == 500 for _, cell in memo._known)
