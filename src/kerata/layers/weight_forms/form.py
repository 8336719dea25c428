"""A weight as it is: floats, with or without a low-rank part."""

from __future__ import annotations

from typing import Any, ClassVar

import jax.numpy as jnp

from kerata.base.variable import Variable
from kerata.layers.weight_forms.products import Product
from kerata.layers.weight_options import add_optioned


class Form:
    """How a layer keeps one of its weights, and what it computes with it.

    The variables are attributes of the layer, under Keras's names; a form knows which they are,
    how to make them and how to use them.

    Arguments:
        layer: the layer.
        name: the weight's name, ``'kernel'``.
        use: the product that the layer computes, or None for one that only reads the weight.
        shape: the weight's shape.
    """

    mode: ClassVar[str | None] = None
    # What the layer's attributes are called, behind the weight's own name.
    parts: ClassVar[tuple[str, ...]] = ()
    # Whether a low-rank part may be added.
    adaptable: ClassVar[bool] = True

    def __init__(
        self, layer: Any, name: str, use: Product | None, shape: tuple[int | None, ...]
    ) -> None:
        self.layer, self.name, self.use, self.shape = layer, name, use, shape

    def make(self, **options: Any) -> None:
        """Make the variables with first values."""
        self.keep(add_optioned(self.layer, self.name, self.shape, **options))

    def take_over(self, form: Form) -> None:
        """Make the variables with the values that a weight of floats has."""
        raise NotImplementedError

    def keep(self, variable: Variable) -> None:
        """Make a variable the layer's attribute of the weight's name."""
        setattr(self.layer, self.name, variable)

    # What there is -----------------------------------------------------------------------

    @property
    def main(self) -> Variable:
        """The variable that bears the weight's name."""
        found: Variable = vars(self.layer)[f"_{self.name}"]
        return found

    @property
    def variables(self) -> list[Variable]:
        """The variables that hold the weight, in the order of files."""
        there = [getattr(self.layer, name, None) for name in map(self._attribute, self.parts)]
        return [self.main, *(v for v in there if v is not None)]

    def _attribute(self, part: str) -> str:
        return f"{self.name}_{part}"

    def values(self, floats: Any) -> list[Any]:
        """Give the values of the variables that say what some floats do."""
        return [floats]

    def floats(self) -> Any:
        """Give the weight as floats, without its low-rank part."""
        return self.main.value

    def shown(self) -> Any:
        """Give what the layer's attribute of the weight's name is."""
        return self.main

    # The low-rank part -------------------------------------------------------------------

    @property
    def _adapter(self) -> tuple[Any, Any, float] | None:
        """The two factors and the number before them, or None."""
        a = getattr(self.layer, f"lora_{self.name}_a", None)
        if a is None:
            return None
        b = getattr(self.layer, f"lora_{self.name}_b")
        return a.value, b.value, self.layer.lora_alpha / self.layer.lora_rank

    def merged(self) -> Any:
        """Give the weight as floats, with its low-rank part."""
        if self._adapter is None:
            return self.floats()
        a, b, factor = self._adapter
        return self.floats() + factor * (a @ b)

    # Computing ---------------------------------------------------------------------------

    def product(self, inputs: Any) -> Any:
        """Multiply inputs by the weight."""
        assert self.use is not None
        outputs = self._product(inputs)
        if self._adapter is None:
            return outputs
        a, b, factor = self._adapter
        return (outputs + factor * self.use.adapted(inputs, a, b)).astype(outputs.dtype)

    def rows(self, ids: Any) -> Any:
        """Give the weight's rows for ids; NaN for those that are too large."""
        outputs = self._rows(ids)
        if self._adapter is None:
            return outputs
        a, b, factor = self._adapter
        return (outputs + factor * (taken(a, ids) @ b)).astype(outputs.dtype)

    def affine(self, inputs: Any, bias: Variable | None) -> Any:
        """Multiply inputs by the weight and add a bias, if there is one."""
        outputs = self.product(inputs)
        return outputs if bias is None else outputs + self._bias(bias.value)

    def _product(self, inputs: Any) -> Any:
        assert self.use is not None
        return self.use(inputs, self.main.value)

    def _rows(self, ids: Any) -> Any:
        return taken(self.main.value, ids)

    def _bias(self, bias: Any) -> Any:
        return bias


def taken(table: Any, ids: Any) -> Any:
    """Give the rows of a table for ids."""
    return jnp.take(table, ids, axis=0, mode="fill")
