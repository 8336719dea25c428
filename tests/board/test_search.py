"""The search behind a run, and trials as they come."""

import json

import pytest

from kerata.board.live import LiveTrainings
from kerata.utils.live_file import LiveFile
from kerata.workbench.core.result import SearchSummary, TrialSummary


def with_search(place, search):
    path = place / "pears" / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"search": search}))


def test_trials_with_what_mattered_and_the_caution(page, place):
    tried = [
        TrialSummary(0, "mlp", {"units": (8, 8), "learning_rate": 0.01}, 0.8, 5, 1.0),
        TrialSummary(1, "mlp", {"units": (4,), "learning_rate": 0.1}, None, 2, 0.5),
        TrialSummary(2, "linear", {}, 0.9, 9, 2.0),
    ]
    summary = SearchSummary(tried, tried[2], "mlp", {"learning_rate": 0.75}, "s.db")
    with_search(place, json.loads(json.dumps(summary.as_dict())))
    found = page.get("/api/run/pears/search").json()
    assert [one["shown"] for one in found["trials"]] == ["80.0%", "", "90.0%"]
    assert found["trials"][0]["words"] == tried[0].description()
    assert (found["best"], found["higher"], found["common"]) == (3, True, "mlp")
    assert found["caution"] == summary.caution
    assert found["importance"] == [{"name": "learning_rate", "share": 0.75}]
    assert page.get("/api/run/pears").json()["search"] is True
    assert page.get("/api/run/pears-2/search").json() is None


@pytest.mark.parametrize("search", [3, {}, {"tried": [{}]}, {"tried": "abc"}])
def test_a_damaged_search_is_a_sentence(page, place, search):
    with_search(place, search)
    answer = page.get("/api/run/pears/search")
    assert answer.status_code == 400
    assert "'search' makes no sense" in answer.json()["error"]


def test_trials_come_as_they_end(tmp_path):
    live = LiveTrainings(tmp_path)
    with LiveFile(tmp_path, "tuned", {"command": "tune"}) as file:
        file.tell("trial", n=1, network="mlp", options={"units": (8, 8)}, value=0.5, words="mlp")
        file.write()
        live.look()
        (told,) = live.since(0, {})[0]["live"]
    (trial,) = told["trials"]
    assert trial["options"] == {"units": [8, 8]}
    assert trial["value"] == 0.5
