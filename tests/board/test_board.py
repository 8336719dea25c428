"""What the board's addresses answer."""

import base64
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

import kerata as keras
from kerata.board.index import RunIndex


def names(index):
    return {run["name"]: run for piece in index.since(0)[0] for run in json.loads(piece)["runs"]}


def test_the_list_has_figures_with_intervals_and_says_what_is_damaged(page):
    found = page.get("/api/runs").json()
    runs = {run["name"]: run for run in found["runs"]}
    assert set(runs) == {"pears", "pears-2", "broken"}
    one = runs["pears"]
    assert one["low"] < one["value"] < one["high"]
    assert one["shown"].endswith("%")
    assert one["between"].count("%") == 2
    assert (one["network"], one["target"], one["state"]) == ("linear", "ripe", "done")
    assert runs["broken"]["state"] == "damaged"
    assert "'task' makes no sense" in runs["broken"]["why"]


def test_options_of_a_run_can_be_searched(place):
    path = place / "pears" / "config.json"
    options = {"units": [64, 32], "dropout": 0.25, "deep": {"a": 1}}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"options": options}))
    index = RunIndex(place)
    index.look()
    found = names(index)["pears"]["options"]
    assert (found["units"], found["dropout"]) == ("64,32", 0.25)
    assert "deep" not in found


def test_a_damaged_run_is_one_sentence_and_no_error_page(page):
    for address in ("/api/run/broken", "/api/run/broken/mistakes", "/report/broken"):
        answer = page.get(address)
        assert answer.status_code == 400
        assert "is damaged" in answer.json()["error"]


@pytest.mark.parametrize("name", ["none", "%2e%2e%2fruns", "..%2f..%2fetc", ".bin", "no run"])
def test_only_runs_of_the_list_are_opened(page, name):
    assert page.get(f"/api/run/{name}").status_code == 404
    assert page.get(f"/report/{name}").status_code == 404


def test_details_are_the_sentences_of_the_verdict(page, board):
    found = page.get("/api/run/pears").json()
    record = board.index.run("pears").record
    assert found["verdict"]["quality"] == record["verdict"]["quality"]
    assert found["figures"][0]["name"] == "accuracy"
    assert [column["name"] for column in found["columns"]] == ["weight", "colour", "ripe"]
    assert found["report"] is True
    assert found["settings"]["source"] == "pears.csv"


def test_curves_and_sparklines(page, board):
    history = board.index.run("pears").history
    asked = {"names": ["pears", "broken"]}
    found = page.post("/api/histories", json=asked).json()
    assert found["pears"]["history"]["val_loss"] == pytest.approx(history["val_loss"])
    assert "is damaged" in found["broken"]["error"]
    assert page.post("/api/sparks", json=asked).json()["broken"] is None


def test_the_matrix_counts_every_test_row_and_its_cells_list_them(page):
    found = page.get("/api/run/pears/mistakes").json()
    assert sum(map(sum, found["matrix"])) == found["rows"] == 40
    yes, no = found["classes"].index("yes"), found["classes"].index("no")
    cell = page.get("/api/run/pears/mistakes", params={"true": "yes", "said": "no"}).json()
    assert len(cell["shown"]) == found["matrix"][yes][no]
    assert {row["said"] for row in cell["shown"]} <= {"no"}
    sure = [row["sure"] for row in found["shown"]]
    assert sure == sorted(sure, reverse=True)
    assert min(sure) >= 0.5


def test_the_network_layer_by_layer(page):
    found = page.get("/api/run/pears/network").json()
    weights = [weight for layer in found["layers"] for weight in layer["weights"]]
    assert sum(sum(weight["bars"]) for weight in weights) > 0


def test_what_layers_answer_to_rows_of_the_data(page, place):
    found = page.get("/api/run/pears/activity").json()
    assert found["rows"] == 200
    assert len(found["layers"]) == len(page.get("/api/run/pears/network").json()["layers"])
    last = found["layers"][-1]
    assert sum(last["bars"]) == 200
    assert 0 <= last["low"] < last["high"] <= 1
    (place.parent / "pears.csv").unlink()
    gone = page.get("/api/run/pears/activity")
    assert gone.status_code == 404
    assert "not in the current folder" in gone.json()["error"]


def test_layers_of_networks_that_are_averaged_are_looked_at_in_each():
    from kerata.board.activity import _look
    from kerata.board.details import flat
    from kerata.workbench.diagnosis.split_data import SplitData
    from kerata.workbench.training.ensemble import averaged

    def one():
        given = keras.Input((3,), name="numbers")
        model = keras.Model(given, keras.layers.Dense(2, activation="relu")(given))
        model.compile(loss="mse", optimizer="sgd")
        return model

    model = averaged([one(), one()])
    x = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
    seen = {}
    assert _look(model, SplitData.of("train", (x, np.zeros((20, 2))), 1, 0), seen) == 20
    dense = [layer for layer in flat(model) if isinstance(layer, keras.layers.Dense)]
    assert len(dense) == 2
    assert all(sum(seen[id(layer)]["bars"]) == 40 for layer in dense)


def test_filters_are_told_as_pictures():
    from kerata.board.details import filters_of

    layer = keras.layers.Conv2D(3, (2, 3))
    layer.build((None, 8, 8, 5))
    kernel = np.zeros((2, 3, 5, 3), "float32")
    kernel[0, 1, 0, 2] = -0.5
    kernel[1, 2, 4, 2] = 9.0  # not in the slice that is drawn
    layer.set_weights([kernel, np.zeros(3, "float32")])
    found = filters_of(layer)
    assert (found["side"], found["drawn"], found["count"], found["of"]) == ([2, 3, 1], 3, 3, 5)
    pixels = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8).reshape(3, 2, 3)
    assert pixels[2, 0, 1] == 1
    assert (np.delete(pixels.ravel(), 2 * 6 + 1) == 128).all()
    assert filters_of(keras.layers.Dense(1)) is None


def test_compare_puts_the_paired_test_beside_what_was_different(page):
    found = page.post("/api/compare", json={"names": ["pears", "pears-2"]}).json()
    assert found["pairs"][1]["p"] == 1.0
    assert "McNemar" in found["how"]
    assert found["differences"] == [{"name": "seed", "values": ["", "1"]}] or (
        found["differences"] == [{"name": "seed", "values": ["0", "1"]}]
    )
    alone = page.post("/api/compare", json={"names": ["pears"]}).json()
    assert "two runs or more" in alone["refused"]


def test_reports_run_no_script(page):
    answer = page.get("/report/pears")
    assert answer.headers["content-type"].startswith("text/html")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert page.get("/report/pears-2").status_code == 404


def test_a_run_goes_to_the_bin_and_comes_back(page, place, board):
    kept = page.post("/api/discard", json={"names": ["pears"]}).json()["kept"]
    assert not (place / "pears").exists()
    assert "pears" not in names(board.index)
    assert page.post("/api/restore", json={"kept": kept}).json() == {"names": ["pears"]}
    assert (place / "pears" / "model.keras").is_file()
    assert page.post("/api/restore", json={"kept": kept}).status_code == 404
    assert page.post("/api/restore", json={"kept": ["../runs"]}).status_code == 400


def test_rename_changes_folder_and_record(page, place):
    assert page.post("/api/rename", json={"name": "pears", "to": " fine "}).json() == {
        "name": "fine"
    }
    assert json.loads((place / "fine" / "run.json").read_text())["name"] == "fine"
    for bad, why in (
        ("pears-2", "already"),
        ("../out", "can't be called"),
        ("", "can't be called"),
    ):
        answer = page.post("/api/rename", json={"name": "fine", "to": bad})
        assert answer.status_code == 400
        assert why in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "no JSON"),
        (b"[1]", "JSON object"),
        (b'{"names": "pears"}', "list of names"),
        (b'{"names": []' + b" " * (1 << 20) + b"}", "larger than"),
        (b"{}", "names"),
    ],
)
def test_bad_requests_are_refused_in_a_sentence(page, body, why):
    answer = page.post("/api/sparks", content=body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]


def test_the_index_reads_only_what_changed_and_forgets_what_is_gone(place):
    index = RunIndex(place)
    index.look()
    before = index.version
    index.look()
    assert index.version == before
    shutil.rmtree(place / "pears")
    record = json.loads((place / "pears-2" / "run.json").read_text())
    record["metrics"]["accuracy"] = 0.5
    (place / "pears-2" / "run.json").write_text(json.dumps(record))
    index.look()
    (piece,), _ = index.since(before)
    told = json.loads(piece)
    assert told["gone"] == ["pears"]
    assert [(run["name"], run["value"]) for run in told["runs"]] == [("pears-2", 0.5)]


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    index = RunIndex(tmp_path / "runs")
    index.look()
    assert json.loads(index.since(0)[0][0]) == {
        "runs": [],
        "version": 1,
        "complete": True,
        "gone": [],
    }


def test_many_runs_come_in_pieces(place):
    index = RunIndex(place)
    index.look()
    pieces, version = index.since(0, most=2)
    told = [json.loads(piece) for piece in pieces]
    assert [len(one["runs"]) for one in told] == [2, 1]
    assert [one["version"] for one in told] == [0, version]


def test_the_page_holds_no_data_but_the_escaped_folder(page):
    text = page.get("/").text
    assert "/board/main.js" in text
    assert "pears" not in text.split("data-folder")[0]


def test_a_file_is_no_folder_of_runs(home):
    told = subprocess.run(
        [sys.executable, "-m", "kerata", "board", str(home / "pears.csv"), "--no-browser"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 2
    assert "is no folder of runs but a file" in told.stderr
    assert "Traceback" not in told.stderr
