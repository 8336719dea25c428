"""Orders of rows, weights of classes, outputs by name: the engine's parts on their own."""

import numpy as np
import pytest

from kerata.training.class_weights import apply_class_weight, row_weights
from kerata.training.data_adapter import make_array_data
from kerata.training.nested_outputs import Outputs, is_nested
from kerata.training.shuffling import chunks_of_runs, order_of_rows, runs_of_rows


def rng(seed=0):
    return np.random.default_rng(seed)


def test_orders_of_rows():
    assert order_of_rows(5, 2, False, rng()).tolist() == [0, 1, 2, 3, 4]
    order = order_of_rows(50, 2, True, rng())
    assert order.dtype == np.int32
    assert sorted(order) == list(range(50)) != order.tolist()
    # Batches keep their rows; the last, smaller one stays last.
    order = order_of_rows(41, 4, "batch", rng())
    batches = order[:40].reshape(10, 4)
    assert (batches - batches[:, :1] == np.arange(4)).all()
    assert sorted(batches[:, 0]) == list(range(0, 40, 4)) != batches[:, 0].tolist()
    assert order[40] == 40


@pytest.mark.parametrize("shuffle", [True, "batch", False], ids=str)
def test_runs_hold_each_row_once(shuffle):
    starts, lengths = runs_of_rows(43, 4, 5, shuffle, rng())
    rows = np.concatenate([np.arange(s, s + n) for s, n in zip(starts, lengths, strict=True)])
    assert sorted(rows) == list(range(43))
    assert (rows.tolist() != list(range(43))) == bool(shuffle)
    if shuffle == "batch":
        assert lengths[:-1].tolist() == [4] * 10
        assert lengths[-1] == 3
        assert starts[-1] == 40
    elif shuffle:
        assert lengths.max() == 5
        # Where runs begin is random: another seed cuts elsewhere.
        cuts = {tuple(sorted(runs_of_rows(43, 4, 5, True, rng(i))[0])) for i in range(8)}
        assert len(cuts) > 2
    else:
        assert (starts.tolist(), lengths.tolist()) == ([0], [43])


def test_chunks_are_filled_with_runs():
    starts, lengths = np.array([10, 0, 20]), np.array([3, 7, 2])
    assert list(chunks_of_runs(starts, lengths, 4)) == [
        [(10, 3), (0, 1)],
        [(1, 4)],
        [(5, 2), (20, 2)],
    ]
    assert list(chunks_of_runs(starts, lengths, 100)) == [[(10, 3), (0, 7), (20, 2)]]
    assert list(chunks_of_runs(starts[:0], lengths[:0], 4)) == []
    assert list(chunks_of_runs(starts[:1], lengths[:1], 3)) == [[(10, 3)]]


def test_weights_of_classes():
    weights = {0: 2.0, "2": 3}
    assert row_weights(np.array([0, 1, 2]), weights).tolist() == [2, 1, 3]
    assert row_weights(np.array([[0.0], [2.0]]), weights).tolist() == [2, 3]
    assert row_weights(np.eye(3)[[2, 0, 1]], weights).tolist() == [3, 2, 1]
    assert row_weights(np.array([1.9999, 0.2]), weights).tolist() == [3, 2]
    for wrong in ({"a": 1.0}, {0.5: 1.0}, {None: 1.0}):
        with pytest.raises(ValueError, match=r"class_weight names the class .*numbered as in y"):
            row_weights(np.array([0]), wrong)
    with pytest.raises(ValueError, match="gives class 0 the weight 'a', which is no number"):
        row_weights(np.array([0]), {0: "a"})


def test_weights_of_classes_times_weights_of_rows():
    x, y = np.zeros((3, 1), "float32"), np.array([0.0, 1.0, 1.0], "float32")
    rows = apply_class_weight(make_array_data(x, y), {1: 3.0})
    assert np.ravel(rows.sample_weight).tolist() == [1, 3, 3]
    rows = apply_class_weight(make_array_data(x, y, np.array([1.0, 2.0, 3.0])), {1: 3.0})
    assert np.ravel(rows.sample_weight).tolist() == [1, 6, 9]
    assert rows.sample_weight.dtype == np.float32
    with pytest.raises(ValueError, match="must be a dictionary"):
        apply_class_weight(make_array_data(x, y), [1.0, 3.0])
    each = np.ones((3, 2), "float32")
    rows = apply_class_weight(make_array_data(x, y, each), {1: 3.0})
    assert rows.sample_weight.tolist() == [[1, 1], [3, 3], [3, 3]]
    for y, said in ((None, "y is missing"), (np.zeros((3, 4, 2)), r"y has shape \(3, 4, 2\)")):
        with pytest.raises(ValueError, match=said):
            apply_class_weight(make_array_data(x, y), {1: 3.0})


class TestSeveralOutputs:
    """The weights of two outputs: classes 0 and 1 of ``a``, one-hot classes of ``b``."""

    A, B = np.array([0.0, 1.0, 1.0], "float32"), np.eye(3, dtype="float32")

    def weighed(self, class_weight, sample_weight=None, y=None):
        x = np.zeros((3, 1), "float32")
        rows = make_array_data(x, {"a": self.A, "b": self.B} if y is None else y, sample_weight)
        found = apply_class_weight(rows, class_weight).sample_weight
        return {k: None if w is None else w.tolist() for k, w in found.items()}

    def test_each_has_its_own(self):
        both = {"b": {2: 5.0}, "a": {1: 3.0}}
        assert self.weighed(both) == {"a": [1, 3, 3], "b": [1, 1, 5]}
        assert self.weighed({"b": {2: 5.0}}) == {"a": None, "b": [1, 1, 5]}
        assert self.weighed([None, {0: 2.0}]) == {"a": None, "b": [2, 1, 1]}

    def test_they_multiply_weights_of_rows(self):
        rows = np.array([1.0, 2.0, 3.0])
        weights = {"a": {1: 3.0}}
        assert self.weighed(weights, rows) == {"a": [1, 6, 9], "b": [1, 2, 3]}
        assert self.weighed(weights, {"a": None, "b": rows}) == {"a": [1, 3, 3], "b": [1, 2, 3]}

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({0: 1.0, 1: 2.0}, r"does not say which of the outputs \(a, b\).*{'a': {0: 1.0"),
            ({}, "does not say which of the outputs"),
            ({"c": {0: 1.0}}, "names the output 'c', which the model does not have"),
            ({0: {0: 1.0}}, "names the output 0, which"),
            ([{0: 1.0}], "class_weight has 1 entries; give one for each"),
            ({"a": [1.0, 2.0]}, r"for the output 'a' must be a dictionary {class: weight}, got \["),
            ({"a": {0: 1.0}, "b": 2.0}, "does not say which"),
            ({"a": {"x": 1.0}}, "names the class 'x'"),
            (3.0, "must be a dictionary"),
        ],
    )
    def test_what_leaves_doubt_is_refused(self, given, said):
        with pytest.raises(ValueError, match=said):
            self.weighed(given)

    def test_an_output_without_targets_has_no_classes(self):
        with pytest.raises(ValueError, match="weights for 'b', which y has no targets for"):
            self.weighed({"a": {0: 1.0}, "b": {0: 1.0}}, y={"a": self.A, "b": None, "c": self.A})


def outputs(*shapes):
    return [np.zeros((2, n)) for n in shapes]


def test_nested_structures():
    a, b = outputs(1, 2)
    assert not any(map(is_nested, (a, [a, b], {"a": a}, [])))
    assert is_nested([a, [b]])
    assert is_nested({"a": {"b": b}})


def test_one_output_takes_what_is_alone():
    found = Outputs(outputs(1)[0], ["dense"])
    assert (found.count, found.names, found.loss_names) == (1, ["dense"], ["dense"])
    for given in ("mse", ["mse"], {"dense": "mse"}, [["mse"]]):
        assert found.arrange(given, "loss") == ["mse"]
    assert found.arrange(None, "loss") == [None]
    assert found.arrange(["a", ["b"]], "metrics", listed=True) == [["a", "b"]]
    config = {"class_name": "Mean", "config": {}}
    assert found.arrange(config, "loss") == [config]
    with pytest.raises(ValueError, match=r"loss names the output 'dens', .* Did you mean 'dense'"):
        found.arrange({"dens": "mse"}, "loss")
    with pytest.raises(ValueError, match="a list of 2 for the output 'dense', which is one array"):
        found.arrange(["mse", "mae"], "loss")


def test_several_outputs():
    found = Outputs(outputs(1, 2), ["a", "b"])
    assert (found.names, found.nested) == (["a", "b"], False)
    assert found.arrange(["mse", None], "loss") == ["mse", None]
    assert found.arrange({"b": "mse"}, "loss") == [None, "mse"]
    assert found.arrange("mse", "loss", shared=True) == ["mse", "mse"]
    assert found.arrange(2.0, "loss_weights") == [2.0, 2.0]
    assert found.order({"b": 1, "a": 2}) == [0, 1]
    for given, said in (
        (["mse"], r"2 outputs \(a, b\), but loss has 1 entries"),
        ({"c": "mse"}, "loss names the output 'c'"),
        ("mse", "must be a list or dictionary with an entry for each"),
    ):
        with pytest.raises(ValueError, match=said):
            found.arrange(given, "loss")
    with pytest.raises(ValueError, match="sample_weight lacks the output 'b'"):
        found.arrange({"a": 1}, "sample_weight")


def test_outputs_by_name():
    found = Outputs(dict(zip("yx", outputs(1, 2), strict=True)), ["first", "second"])
    assert found.names == ["x", "y"]
    assert found.arrange({"y": 1}, "loss") == [None, 1]
    assert found.arrange([1, 2], "metrics") == [1, 2]
    assert found.order({"y": 1, "x": 2}) == [1, 0]
    assert found.order({"y": 1}) == [1, 0]
    with pytest.raises(ValueError, match="sample_weight must be a dictionary with the keys 'x'"):
        found.arrange([1, 2], "sample_weight")
    # Lists of metrics follow the layers where the keys are the layers' names.
    crossed = Outputs(dict(zip("ab", outputs(1, 2), strict=True)), ["b", "a"])
    assert crossed.arrange([1, 2], "metrics") == [2, 1]
    assert crossed.arrange([1, 2], "loss") == [1, 2]


def test_nested_outputs():
    a, b, c = outputs(1, 2, 3)
    found = Outputs({"heads": {"box": a, "kind": b}, "rest": [c]}, ["l0", "l1", "l2"])
    assert found.nested
    assert found.loss_names == ["heads/box", "heads/kind", "rest/l2"]
    given = {"heads": {"kind": "mse"}, "rest": ["mae"]}
    assert found.arrange(given, "loss") == [None, "mse", "mae"]
    assert found.arrange(["x", "y", "z"], "loss") == ["x", "y", "z"]
    assert found.arrange({"heads": None, "rest": ["mae"]}, "loss") == [None, None, "mae"]
    assert found.order({"rest": 1, "heads": {"kind": 1, "box": 1}}) == [2, 1, 0]
    for wrong, said in (
        ({"head": 1}, "loss has the key 'head', which the model's outputs don't have there"),
        ({"heads": [1]}, r"loss\['heads'\] must be a dictionary with the keys 'box', 'kind'"),
        ({"rest": [1, 2]}, r"loss\['rest'\] must be a list of 1, .* is a list of 2"),
        ({"rest": [[1, 2]]}, "a list of 2 for the output 'rest/l2'"),
        ({}, ""),
    ):
        if said:
            with pytest.raises(ValueError, match=said):
                found.arrange(wrong, "loss")
        else:
            assert found.arrange(wrong, "loss") == [None, None, None]
