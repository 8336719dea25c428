"""Targets that are refused before training, and those that are not."""

import jax.numpy as jnp
import numpy as np
import pytest

from kerata import losses
from kerata.losses.checks import check_targets
from kerata.losses.resolve import resolve_loss

ONE_HOT = np.eye(3)[[0, 1, 2, 1]]
SPARSE, BINARY, ONE, MSE = (
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "mse",
)

REFUSED = [
    (
        SPARSE,
        [0, 1, 3, 9],
        (None, 3),
        r"Label 3 in row 2 is not among the 3 classes of output "
        r"'digit', which are 0 to 2\. Give the output 10 units",
    ),
    (SPARSE, [[0], [5]], (None, 3), "Label 5 in row 1"),
    (SPARSE, [1, 2, 3], (None, 3), r"They seem to start at 1: pass y - 1\."),
    (SPARSE, [0, -1], (None, 3), "Label -1 in row 1 .* ignore_class"),
    (SPARSE, [0.0, 1.5], (None, 3), "integer labels, but row 1 .* has 1.5"),
    (SPARSE, ONE_HOT, (None, 3), "as one-hot labels do: use loss='categorical_crossentropy'"),
    (SPARSE, np.zeros((4, 2)), (None, 3), r"labels of shape \(None,\) for output 'digit'"),
    (SPARSE, np.zeros((4, 5)), (None, 6, 3), r"labels of shape \(None, 6\)"),
    (losses.SparseCategoricalCrossentropy(axis=1), np.full((2, 4), 3), (None, 3, 4), "Label 3"),
    (losses.SparseCategoricalCrossentropy(ignore_class=-1), [-1, 3], (None, 3), "Label 3 in row 1"),
    (
        ONE,
        [0, 1, 2],
        (None, 3),
        r"as integer labels do: use loss='sparse_categorical_crossentropy'"
        r", or pass keras.utils.to_categorical\(y, 3\)",
    ),
    (ONE, [[0], [1]], (None, 3), "integer labels"),
    (ONE, ONE_HOT, (None, 4), r"targets of output 'digit' have shape \(4, 3\)"),
    ("categorical_hinge", [0, 1], (None, 3), r"do: pass keras.utils.to_categorical\(y, 3\)"),
    (BINARY, [0, 1, 2], (None, 1), "row 2 .* has 2. For several classes use"),
    (BINARY, [-1, 1], (None, 1), r"For labels -1 and 1 pass \(y \+ 1\) / 2, or use loss='hinge'"),
    (BINARY, np.full((2, 4), 255), (None, 4), "For pixels pass y / 255"),
    (BINARY, [0.5, 7.25], (None, 1), "For real-valued targets use loss='mse'"),
    ("binary_focal_crossentropy", [0, 2], (None, 1), "labels from 0 to 1"),
    (BINARY, [0, 1], (None, 2), r"have shape \(2,\), but the output has shape \(None, 2\)"),
    (MSE, np.zeros(4), (None, 3), "compares them number by number"),
    (MSE, np.zeros((4, 1)), (None, 3), "compares them number by number"),
    (MSE, np.zeros((4, 3)), (None, 1), "change the targets or the units"),
    (MSE, np.zeros((4, 3)), (2,), r"the output has shape \(None,\) and loss 'mse' compares them"),
    (MSE, np.zeros((4, 5, 1)), (None, 6, 1), "compares them"),
    (MSE, ["cat", "dog"], (None, 1), r"strings, such as 'cat'; number them first: .*unique"),
    (MSE, np.array(["cat", 1.0], object), (None, 1), "strings, such as 'cat'"),
    (MSE, [[1.0], [1.0, 2.0]], (None, 1), "ragged"),
]


@pytest.mark.parametrize(("loss", "y", "pred", "message"), REFUSED)
def test_refused(loss, y, pred, message):
    loss = resolve_loss(loss, np.shape(y) if not isinstance(y, list) else (None,), pred)
    with pytest.raises(ValueError, match=message):
        check_targets(loss, y, pred, "digit")


ACCEPTED = [
    (SPARSE, [0, 1, 2], (None, 3)),
    (SPARSE, [[0.0], [2.0]], (None, 3)),
    (SPARSE, np.array([True, False]), (None, 2)),
    (SPARSE, np.zeros((4, 5, 1)), (None, 5, 3)),
    (SPARSE, np.zeros((4, 5)), (None, None, 3)),
    (SPARSE, np.zeros((0,)), (None, 3)),
    (SPARSE, [0, 0], (None, 1)),
    (losses.SparseCategoricalCrossentropy(ignore_class=-1), [-1, 2], (None, 3)),
    (ONE, ONE_HOT, (None, 3)),
    (ONE, ONE_HOT * 0.9 + 0.03, (None, 3)),
    (ONE, -2.0 * ONE_HOT, (None, 3)),  # weighted labels, as in policy gradients
    (BINARY, [0, 1], (None, 1)),
    (BINARY, [[0.2], [1.0 + 1e-7]], (None, 1)),
    (BINARY, [True, False], (None, 1)),
    (BINARY, np.zeros((4, 3)), (None, 3)),
    (BINARY, [np.nan, 1.0], (None, 1)),
    ("hinge", [-1, 1], (None, 1)),
    ("hinge", [5.0, 1], (None, 1)),
    (MSE, np.zeros(4), (None, 1)),
    (MSE, np.zeros((4, 1)), (None,)),
    (MSE, np.zeros((4, 5)), (None, None)),
    (MSE, jnp.zeros((4, 2), "bfloat16"), (None, 2)),
    (MSE, np.zeros((0, 2)), (None, 2)),
    (lambda y_true, y_pred: y_pred, np.zeros((4, 7)), (None, 3)),
]


@pytest.mark.parametrize(("loss", "y", "pred"), ACCEPTED)
def test_accepted(loss, y, pred):
    check_targets(resolve_loss(loss, np.shape(y), pred), y, pred)


def test_a_loss_of_ones_own_may_take_anything():
    class Own(losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return super().call(y_true[:, :1], y_pred)

    check_targets(Own(), np.zeros((4, 7)), (None, 1))


def test_one_class_is_warned_of():
    with pytest.warns(UserWarning, match="can't learn"):
        check_targets(losses.CategoricalCrossentropy(), np.ones((4, 1)), (None, 1))
