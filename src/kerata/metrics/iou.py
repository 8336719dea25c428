"""Intersection over union of predicted and true regions, from a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import integer, is_integer, number, positive_int
from kerata.base.dtypes import epsilon
from kerata.base.messages import shape_text
from kerata.losses.ranks import as_numbers
from kerata.metrics.confusion import spread_weight
from kerata.metrics.metric import Metric


class IoU(Metric):
    """Mean intersection over union of some classes: ``tp / (tp + fp + fn)``.

    Updated with labels and predictions of one shape such as ``(batch, height, width)``; entries
    whose label or prediction is no class number don't count. The state is a confusion matrix of
    shape ``(classes, classes)``.

    Arguments:
        num_classes: int, how many classes there are.
        target_class_ids: list of ints, the classes to average over; those that never occur are
            left out.
        name: see ``Metric``.
        dtype: type of the counts, ``int32`` by default (weights are cut to integers then).
        ignore_class: int, label of entries that don't count; None by default.
        sparse_y_true, sparse_y_pred: bools, whether labels and predictions are class numbers
            (the default) instead of one-hot labels or scores.
        axis: int, axis of the classes in what is not sparse, -1 by default.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other;
            a target class that is not among the classes.

    >>> round(float(IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])), 2)
    0.33

    Source: Jaccard 1912, The distribution of the flora in the alpine zone.
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype="int" if dtype is None else dtype)
        owner = type(self).__name__
        self.num_classes = num_classes = positive_int(owner, "num_classes", num_classes)
        if not isinstance(target_class_ids, (list, tuple, range, np.ndarray)):
            raise TypeError(
                f"{owner}: target_class_ids must be a list of classes, got {target_class_ids!r}."
            )
        self.target_class_ids = list(target_class_ids)
        for target in self.target_class_ids:
            if not is_integer(target) or not 0 <= target < num_classes:
                raise ValueError(
                    f"{owner}: target_class_ids has class {target!r}; "
                    f"with num_classes={num_classes} they run from 0 to {num_classes - 1}."
                )
        if not self.target_class_ids:
            raise ValueError(f"{owner}: target_class_ids must name at least one class.")
        self.ignore_class = ignore_class
        if ignore_class is not None:
            self.ignore_class = integer(owner, "ignore_class", ignore_class)
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = integer(owner, "axis", axis)
        self.total_cm = self.add_variable(
            (num_classes, num_classes), dtype=self.dtype, name="total_confusion_matrix"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of any shape; weights go with the first axes."""
        y_true, y_pred = (
            as_numbers(f"Metric {self.name!r}", "y_true", y_true),
            as_numbers(f"Metric {self.name!r}", "y_pred", y_pred),
        )
        if not self.sparse_y_true:
            y_true = jnp.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = jnp.argmax(y_pred, axis=self.axis)
        if y_true.size != y_pred.size:
            raise ValueError(
                f"Metric {self.name!r} needs a prediction for each label, got labels of shape "
                f"{shape_text(y_true.shape)} and predictions of shape {shape_text(y_pred.shape)}."
            )
        y_true, y_pred = y_true.astype("int32"), y_pred.astype("int32")
        weight = spread_weight(sample_weight, y_true, self.dtype)
        y_true, y_pred, weight = y_true.ravel(), y_pred.ravel(), weight.ravel()
        classes = self.num_classes
        counts = (y_true >= 0) & (y_true < classes) & (y_pred >= 0) & (y_pred < classes)
        if self.ignore_class is not None:
            counts &= y_true != self.ignore_class
        weight = jnp.where(counts, weight, 0)
        rows, columns = jnp.where(counts, y_true, 0), jnp.where(counts, y_pred, 0)
        self.total_cm.assign(self.total_cm.value.at[rows, columns].add(weight))

    def result(self) -> jax.Array:
        """Give the mean over the target classes so far."""
        matrix = self.total_cm.value
        right = jnp.diag(matrix)
        union = jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - right
        chosen = jnp.asarray(self.target_class_ids)
        right, union = right[chosen].astype("float32"), union[chosen].astype("float32")
        occurs = union > 1e-9
        iou = jnp.where(occurs, right / (union + epsilon()), 0.0)
        return jnp.sum(iou) / (jnp.sum(occurs) + epsilon())


class BinaryIoU(IoU):
    """Mean intersection over union of classes 0 and 1, from one score for each entry.

    Updated with labels 0 and 1 and float scores of one shape, such as ``(batch, height, width)``.

    Arguments:
        target_class_ids: the classes to average over, both of 0 and 1 by default.
        threshold: float, 0.5 by default; scores from it on count as 1.
        name, dtype: see ``IoU``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other;
            a target class that is not among the classes.

    >>> round(float(BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 2)
    0.33

    Source: Jaccard 1912, The distribution of the flora in the alpine zone.
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = number(type(self).__name__, "threshold", threshold)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of any shape."""
        y_pred = jnp.asarray(y_pred, dtype="float32") >= self.threshold
        super().update_state(y_true, y_pred, sample_weight)


class MeanIoU(IoU):
    """Mean intersection over union of all classes: ``tp / (tp + fp + fn)``.

    Updated with labels and predictions of one shape such as ``(batch, height, width)``.

    Arguments:
        num_classes: int, how many classes there are.
        name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis: see ``IoU``.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> round(float(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 2)
    0.33

    Source: Jaccard 1912, The distribution of the flora in the alpine zone.
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            sparse_y_true,
            sparse_y_pred,
            axis,
        )


class OneHotIoU(IoU):
    """Mean intersection over union of some classes, for one-hot labels.

    Updated with labels and float scores of one shape such as ``(batch, height, width, classes)``.

    Arguments:
        num_classes: int, how many classes there are.
        target_class_ids: list of ints, the classes to average over; those that never occur are
            left out.
        name, dtype, ignore_class: see ``IoU``.
        sparse_y_pred: bool, whether predictions are class numbers instead of scores; False by
            default.
        axis: int, axis of the classes in what is not sparse, -1 by default.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other;
            a target class that is not among the classes.

    >>> y_true, y_pred = [[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]]
    >>> round(float(OneHotIoU(num_classes=2, target_class_ids=[0])(y_true, y_pred)), 2)
    0.5

    Source: Jaccard 1912, The distribution of the flora in the alpine zone.
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


class OneHotMeanIoU(IoU):
    """Mean intersection over union of all classes, for one-hot labels.

    Updated with labels and float scores of one shape such as ``(batch, height, width, classes)``.

    Arguments:
        num_classes: int, how many classes there are.
        name, dtype, ignore_class: see ``IoU``.
        sparse_y_pred: bool, whether predictions are class numbers instead of scores; False by
            default.
        axis: int, axis of the classes in what is not sparse, -1 by default.

    Raises:
        ValueError: labels and predictions whose shapes do not fit each other.

    >>> float(OneHotMeanIoU(num_classes=2)([[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]]))
    0.25

    Source: Jaccard 1912, The distribution of the flora in the alpine zone.
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes,
            range(num_classes),
            name,
            dtype,
            ignore_class,
            False,
            sparse_y_pred,
            axis,
        )
