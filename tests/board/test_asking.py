"""Rows typed into the board's form, and what stands before a training."""

import pytest


def typical(page, name="pears"):
    form = page.get(f"/api/run/{name}/form").json()
    return {one["name"]: one["typical"] for one in form["fields"]}, form


def test_a_row_of_the_data_gets_the_answer_of_the_test(page, board):
    answers = board.index.run("pears").answers()
    for place in range(3):
        row = page.get("/api/run/pears/row", params={"row": answers["row"][place]}).json()["row"]
        assert row["ripe"] == answers["truth"][place]
        found = page.post("/api/run/pears/answer", json={"rows": [row]}).json()["answers"][0]
        assert found["prediction"] == answers["prediction"][place]
        told = float(answers["probability_yes"][place])
        assert found["probability_yes"] == pytest.approx(told, abs=2e-6)


def test_the_form_has_the_ranges_of_the_training_rows(page):
    row, form = typical(page)
    weight, colour = form["fields"]
    assert weight["low"] < float(weight["typical"]) < weight["high"]
    assert set(colour["values"]) == {"green", "red"}
    assert form["target"] == "ripe"
    assert set(row) == {"weight", "colour"}


def test_a_sweep_goes_through_the_real_preparation(page):
    row, form = typical(page)
    found = page.post("/api/run/pears/sweep", json={"row": row, "column": "weight"}).json()
    assert len(found["x"]) == len(found["y"]) == 41
    assert found["x"][0] == form["fields"][0]["low"]
    # The heavier, the riper: that is how the rows were made.
    sign = 1 if found["what"] == "probability of yes" else -1
    assert sign * (found["y"][-1] - found["y"][0]) > 0.5
    wanted = {**row, "weight": str(found["x"][7])}
    asked = page.post("/api/run/pears/answer", json={"rows": [wanted]}).json()["answers"][0]
    name = found["what"].replace("probability of ", "probability_")
    assert asked[name] == pytest.approx(found["y"][7], abs=1e-3)


def test_why_names_the_column_that_is_unusual(page):
    row, _ = typical(page)
    found = page.post("/api/run/pears/why", json={"row": {**row, "weight": "205"}}).json()
    first, second = found["effects"]
    assert (first["name"], second["effect"]) == ("weight", 0.0)
    assert abs(first["effect"]) > 0.1


def test_odd_cells_are_told_and_missing_ones_are_missing(page):
    row, _ = typical(page)
    odd = {**row, "weight": "heavy", "colour": "<b>blue</b>"}
    notes = page.post("/api/run/pears/answer", json={"rows": [odd]}).json()["notes"]
    assert any("'heavy'" in note for note in notes)
    assert any("<b>blue</b>" in note for note in notes)
    empty = page.post("/api/run/pears/answer", json={"rows": [{}]})
    assert empty.status_code == 200


@pytest.mark.parametrize(
    ("address", "body", "why"),
    [
        ("answer", {"rows": []}, "From 1 to 100 rows"),
        ("answer", {"rows": [3]}, "From 1 to 100 rows"),
        ("sweep", {"row": {}, "column": "none"}, "no values to go through"),
        ("sweep", {"row": [], "column": "weight"}, "An object of cells"),
    ],
)
def test_what_is_no_row_is_refused(page, address, body, why):
    answer = page.post(f"/api/run/pears/{address}", json=body)
    assert answer.status_code == 400
    assert why in answer.json()["error"]


@pytest.mark.parametrize("row", ["0", "201", "-1", "x", ""])
def test_rows_that_are_not_there(page, row):
    assert page.get("/api/run/pears/row", params={"row": row}).status_code == 400


def test_a_preview_says_what_train_says(page):
    found = page.post("/api/preview", json={"source": "pears.csv", "target": "ripe"}).json()
    assert found["why"].startswith("Binary: 'ripe' has 2 values")
    assert found["rows"] == {"train": 136, "validation": 24, "test": 40}
    kinds = {column["name"]: column["kind"] for column in found["columns"]}
    assert kinds == {"weight": "number", "colour": "category", "ripe": "target"}
    changed = {"source": "pears.csv", "target": "ripe", "columns": {"weight": "drop"}}
    dropped = page.post("/api/preview", json=changed).json()["columns"][0]
    assert dropped["why"] == "left out as you asked"
    open_ = page.post("/api/preview", json={"source": "pears.csv"}).json()
    assert open_["names"] == ["weight", "colour", "ripe"]
    assert open_["why"] == ""
    wrong = page.post("/api/preview", json={"source": "pears.csv", "target": "rip"})
    assert "Did you mean 'ripe'?" in wrong.json()["error"]
    assert page.post("/api/preview", json={"source": "/etc/passwd"}).status_code == 400


def test_sources_are_the_files_here_but_not_those_of_the_runs(page):
    found = page.get("/api/sources").json()
    assert found["files"] == ["pears.csv"]
    assert "digits" in found["sets"]
    assert "mlp" in {network["name"] for network in found["networks"]}


def test_uploads_get_a_free_plain_name(page, place):
    text = b"a,b\n1,2\n"
    for _, name in ((0, "pears.csv"), (1, "../../pears.csv")):
        answer = page.post(f"/api/upload?name={name}", content=text).json()
    assert answer == {"source": "pears-3.csv"}
    assert (place.parent / "pears-3.csv").read_bytes() == text
    for bad in ("x.exe", "", ".csv", "a/b"):
        assert page.post(f"/api/upload?name={bad}", content=text).status_code == 400


def test_a_training_starts_as_the_command_would(board, page, monkeypatch):
    started = []

    class Made:
        def told(self):
            return {"name": started[-1][1]}

    monkeypatch.setattr(
        board.jobs, "start", lambda words, name: started.append((words, name)) or Made()
    )
    asked = {
        "source": "pears.csv",
        "target": "ripe",
        "network": "mlp",
        "epochs": "3",
        "columns": {"colour": "drop"},
    }
    assert page.post("/api/train", json=asked).json() == {"name": "pears-3"}
    assert started[0][0] == [
        *("train", "pears.csv", "--out", str(board.folder), "--network", "mlp"),
        *("--target=ripe", "--epochs=3", "--column=colour=drop"),
    ]
    refused = page.post("/api/train", json={**asked, "network": "os:system"})
    assert "is not run" in refused.json()["error"]
