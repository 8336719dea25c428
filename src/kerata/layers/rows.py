"""Does a layer keep the rows of a batch apart? Only then may rows be added to a batch."""

from __future__ import annotations

import inspect
from typing import Any

from kerata.activations import is_activation
from kerata.base.origin import is_own_class
from kerata.base.symbolic import Operation


def keeps_rows_apart(operation: Any) -> bool:
    """Say whether, outside training, no row's output depends on other rows.

    Each class of this library says so for itself; a user's class, his subclass of one of ours
    too, may mix rows, and so may an object with a method set by hand.
    """
    cls = type(operation)
    return (
        is_own_class(cls)
        and not any(inspect.isfunction(getattr(cls, name, None)) for name in vars(operation))
        and bool(getattr(operation, "keeps_rows_apart", False))
    )


def ranks(layer: Operation) -> list[list[int]]:
    """Give the numbers of axes of a layer's inputs, for each of its calls in graphs.

    A layer that another one calls stands in no graph; it is called as it was built.
    """
    found = [[t.ndim for t in node.inputs] for node in layer._inbound_nodes]
    shapes = getattr(layer, "_build_shapes", None)
    if found or not shapes or not all(isinstance(s, tuple) for s in shapes.values()):
        return found
    return [[len(shape) for shape in shapes.values()]]


def is_batch_left_alone(layer: Operation, axes: Any) -> bool:
    """Say whether none of some axes is the first one of an input; unknown inputs mean no."""
    several = axes if isinstance(axes, (list, tuple)) else [axes]
    found = ranks(layer)
    return bool(found) and all(
        axis % rank != 0 for of_call in found for rank in of_call if rank for axis in several
    )


def is_apart_after(activation: Any, layer: Operation) -> bool:
    """Say whether an activation of a layer keeps rows apart: it may look at the last axis."""
    if activation is None:
        return True
    if isinstance(activation, Operation):
        return keeps_rows_apart(activation)
    return is_activation(activation) and is_batch_left_alone(layer, -1)


class ApartAlongAxis(Operation):
    """A layer that computes along its ``axis``, or several, and looks at nothing else."""

    axis: Any

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return is_batch_left_alone(self, self.axis)


class ApartAfterActivation(Operation):
    """A layer that treats rows alike and then applies its ``activation``."""

    activation: Any

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return is_apart_after(self.activation, self)


class ApartByMode(Operation):
    """A layer that gives each entry a number, or vectors along the last axis."""

    output_mode: str

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return self.output_mode == "int" or is_batch_left_alone(self, -1)
