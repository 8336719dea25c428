"""What a page asks of the playground, and what it is shown."""

import json
import struct

import numpy as np
import pytest

from kerata.playground import Settings, Sheet
from kerata.playground.pictures import SIDE, UNIT_SIDE
from kerata.playground.visit import Visit
from kerata.saving import load_model

SMALL = {"rows": 40, "layers": [3], "batch": 20}


def unframed(message):
    length = struct.unpack_from("<I", message)[0]
    return json.loads(message[4 : 4 + length]), np.frombuffer(message[4 + length :], np.uint8)


def told(visit, do, **about):
    (answer,) = visit.answer({"do": do, **about})
    return json.loads(answer) if isinstance(answer, str) else unframed(answer)


@pytest.fixture(scope="module")
def visit():
    visit = Visit()
    visit.answer({"do": "settings", "settings": SMALL})
    return visit


def test_hello_says_what_there_is():
    hello = json.loads(Visit().hello())
    assert "table" not in hello["problems"]
    assert Settings.of(hello["defaults"]) == Settings()
    assert hello["gates"]["AND"] == [-30, 20, 20]


def test_settings_give_a_problem_and_a_first_picture(visit):
    problem, frame = visit.answer({"do": "settings", "settings": {**SMALL, "seed": 2}})
    problem = json.loads(problem)
    assert len(problem["places"]) == 40
    assert problem["train"] == 20
    assert problem["baseline"]["line"]
    header, bytes_ = unframed(frame)
    assert header["epoch"] == 0
    assert header["units"] == [3]
    assert [len(w) for w in header["weights"]] == [6, 3, 3, 1]
    assert len(bytes_) == SIDE**2 + 3 * UNIT_SIDE**2


def test_frames_go_on_and_tell_each_epoch_once(visit):
    visit.answer({"do": "settings", "settings": {**SMALL, "seed": 3}})
    assert not visit.answer({"do": "play"})
    assert not visit.answer({"do": "speed", "epochs": 5})
    first, _ = unframed(visit.frame())
    second, _ = unframed(visit.frame())
    assert [row[0] for row in first["new"]] == [1, 2, 3, 4, 5]
    assert [row[0] for row in second["new"]] == [6, 7, 8, 9, 10]
    assert second["playing"]
    third, _ = told(visit, "step")
    assert [row[0] for row in third["new"]] == [11]
    assert not third["playing"]
    assert told(visit, "reset")[0]["epoch"] == 0
    visit.answer({"do": "speed", "epochs": 1})


def test_steering_goes_on_and_other_shapes_begin_anew(visit):
    visit.answer({"do": "settings", "settings": {**SMALL, "seed": 4}})
    visit.frame()
    steered = {**SMALL, "seed": 4, "rate": 0.5, "l2": 0.1}
    assert not visit.will_compile({"do": "settings", "settings": steered})
    assert not visit.answer({"do": "settings", "settings": steered})
    header, _ = unframed(visit.frame())
    assert header["epoch"] == 2
    assert header["by_hand"]
    assert visit.will_compile({"do": "settings", "settings": {**SMALL, "layers": [3, 3, 3]}})
    assert not visit.will_compile({"do": "settings", "settings": {**SMALL, "problem": "xor"}})
    assert "trains" not in told(visit, "code")["text"]
    assert told(visit, "code")["by_hand"]


def test_dropout_before_the_beginning_gets_a_program_of_its_own(visit):
    visit.answer({"do": "settings", "settings": SMALL})
    dropping = {**SMALL, "dropout": 0.1}
    assert visit.learner.masked
    assert len(visit.answer({"do": "settings", "settings": dropping})) == 2
    assert not visit.learner.masked
    assert visit.learner.as_alone
    # While it learns, dropout is another value, and a reset mends it.
    visit.answer({"do": "settings", "settings": {**SMALL, "seed": 5}})
    visit.frame()
    assert not visit.answer({"do": "settings", "settings": {**dropping, "seed": 5}})
    assert visit.will_compile({"do": "reset"})
    assert told(visit, "reset")[0]["epoch"] == 0
    assert visit.learner.as_alone


def test_one_row_a_weight_and_gates(visit):
    visit.answer({"do": "settings", "settings": SMALL})
    step = told(visit, "row", row=1)
    assert step["number"] == 1
    assert len(step["answers"]) == 2
    header, _ = told(visit, "weight", place=0, index=[1, 0], value=2.5)
    assert header["weights"][0][3] == 2.5
    gate, picture = told(visit, "gate", weights=[-30, 20, 20])
    assert [round(v) for v in gate["table"]] == [0, 0, 0, 1]
    assert len(picture) == gate["side"] ** 2
    assert len(told(visit, "gate", weights=[10, -20])[1]) == 0
    assert told(visit, "classic")["loss"] == pytest.approx(0.298371, abs=1e-6)


def test_the_file_is_the_network(visit, tmp_path):
    wanted = {**SMALL, "problem": "blobs", "dropout": 0.2, "l2": 0.01}
    visit.answer({"do": "settings", "settings": wanted})
    visit.frame()
    header, content = told(visit, "file")
    path = tmp_path / header["name"]
    path.write_bytes(content.tobytes())
    model = load_model(path)
    for one, other in zip(model.get_weights(), visit.learner.weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dropout", "Dense"]


def test_what_makes_no_sense_is_refused(visit):
    for asked, said in (
        ({"do": "dance"}, "can't do 'dance'"),
        ([], "can't do None"),
        ({"do": ["play"]}, "can't do"),
        ({"do": "speed", "epochs": 0}, "from 1 to 50"),
        ({"do": "weight", "place": 0, "index": "00", "value": 1}, "A weight is set"),
        ({"do": "row", "row": "1"}, "whole number"),
        ({"do": "row", "row": 40}, "rows 0 to 39"),
        ({"do": "family", "kind": "ages"}, "A family is one of"),
        ({"do": "settings", "settings": {"layers": [1000]}}, "1 to 12 units"),
        ({"do": "xnor"}, "three neurons"),
        ({"do": "gate"}, "A neuron has"),
        ({"do": "settings", "settings": {"problem": "table"}}, "No table was opened"),
    ):
        assert not visit.will_compile(asked) or asked["do"] == "family"
        with pytest.raises(ValueError, match=said):
            visit.answer(asked)


@pytest.mark.slow
def test_a_family_learns_side_by_side(visit):
    visit.answer({"do": "settings", "settings": SMALL})
    header, _ = told(visit, "family", kind="seeds")
    assert header["epoch"] == 0
    header, bytes_ = unframed(visit.frame())
    assert header["labels"] == [f"seed {n}" for n in range(1, 6)]
    assert len(bytes_) == 5 * header["side"] ** 2
    assert all(course[0][0] == 1 for course in header["new"])
    header, _ = told(visit, "family", kind=None)
    assert "weights" in header


@pytest.mark.slow
def test_remarks_are_the_diagnosis_of_the_network():
    visit = Visit()
    few = {"rows": 40, "noise": 0.4, "layers": [12, 12], "rate": 0.03}
    visit.answer({"do": "settings", "settings": few})
    assert visit.remarks() is None
    visit.answer({"do": "speed", "epochs": 50})
    for _ in range(8):
        visit.frame()
    found = json.loads(visit.remarks()())["found"]
    assert "overfitting" in [one["name"] for one in found]
    assert all("callbacks" not in one["next_step"] for one in found)


def test_a_table_is_offered(tmp_path):
    path = tmp_path / "t.csv"
    rng = np.random.default_rng(0)
    rows = [f"{a:.2f},{b:.2f},{int(a > b)}" for a, b in rng.normal(size=(40, 2))]
    path.write_text("\n".join(["a,b,more", *rows]))
    hello = json.loads(Visit(Sheet(path)).hello())
    assert hello["defaults"]["problem"] == "table"
    assert hello["table"]["targets"] == ["more", "b", "a"]
