"""One training step taken apart, by hand and by the engine; neurons as gates."""

import numpy as np
import pytest

from kerata.playground import Learner, Settings, make_problem
from kerata.playground.gates import GATES, SIDE, TRUTH, XNOR, gate_map, truth_table, xnor_table
from kerata.playground.one_step import classic_step


def test_the_classic_example_has_its_known_figures():
    step = classic_step()
    assert step.answers[1] == pytest.approx([0.75136507, 0.772928465], abs=1e-7)
    assert step.loss == pytest.approx(0.298371109, abs=1e-7)
    # w5 and w1 are the first weights of their layers.
    assert step.changed[2][0, 0] == pytest.approx(0.35891648, abs=1e-7)
    assert step.changed[0][0, 0] == pytest.approx(0.149780716, abs=1e-7)
    assert step.sums[0] == pytest.approx([0.3775, 0.3925], abs=1e-7)
    assert step.deltas[1] == pytest.approx([0.138498562, -0.038098236], abs=1e-7)


@pytest.mark.only_cases("sgd")
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_step_is_the_one_that_training_makes(optimizer):
    settings = Settings(rows=20, layers=(3, 2), optimizer=optimizer, rate=0.1, l2=0.01)
    learner = Learner(make_problem(settings), [settings])
    learner.advance(1)
    before = learner.weights()
    step = learner.step_of(4)
    for one, other in zip(before, learner.weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    # By hand: tanh, tanh, sigmoid, and cross-entropy.
    row = learner.problem.x[4]
    a1 = np.tanh(row @ before[0] + before[1])
    a2 = np.tanh(a1 @ before[2] + before[3])
    p = 1 / (1 + np.exp(-(a2 @ before[4] + before[5])))
    assert step.answers[-1] == pytest.approx(p, abs=1e-6)
    last = p - learner.problem.y[4]
    assert step.deltas[2] == pytest.approx(last, abs=1e-6)
    middle = (before[4] @ last) * (1 - a2**2)
    assert step.deltas[1] == pytest.approx(middle, abs=1e-6)
    assert step.gradients[2] == pytest.approx(np.outer(a1, middle) + 0.02 * before[2], abs=1e-6)
    if optimizer == "sgd":
        for i in range(6):
            expected = before[i] - 0.1 * step.gradients[i]
            assert step.changed[i] == pytest.approx(expected, abs=1e-6)
    plain = step.as_dict()
    assert isinstance(plain["weights"][0][0][0], float)
    with pytest.raises(ValueError, match="rows 0 to 19"):
        learner.step_of(20)


@pytest.mark.parametrize("name", list(GATES))
def test_gates_give_their_truth_tables(name):
    assert tuple(map(round, truth_table(GATES[name]))) == TRUTH[name]


def test_xnor_is_made_of_three():
    weights = {place: GATES[gate] for place, gate in XNOR.items()}
    assert tuple(map(round, xnor_table(weights)["last"])) == TRUTH["XNOR"]
    with pytest.raises(ValueError, match="three neurons"):
        xnor_table({"first": GATES["AND"]})


def test_a_gates_map_has_its_corner_where_the_answer_is():
    found = gate_map(GATES["AND"]).reshape(SIDE, SIDE)
    assert found[0, -1] == 255
    assert found[-1, 0] == 0
    assert found[0, 0] == found[-1, -1]
    for wrong in ([1.0], [1, 2, "3"], [1, float("inf"), 2], "abc"):
        with pytest.raises(ValueError, match=r"neuron|weight"):
            truth_table(wrong)
    with pytest.raises(ValueError, match="two inputs"):
        gate_map(GATES["NOT"])
