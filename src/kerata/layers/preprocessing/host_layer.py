"""Layers of strings, which run on the data before the compiled program."""

from __future__ import annotations

from typing import Any

from kerata.base.symbolic import any_symbolic
from kerata.layers.layer import Layer
from kerata.layers.preprocessing.lookup_options import raise_for_program
from kerata.layers.preprocessing.tokens import is_data
from kerata.layers.signature import call_signature


class HostLayer(Layer):
    """A layer that computes with NumPy and strings.

    It is called on data, or on ``Input(dtype="string")`` at the beginning of a model, which then
    runs it on all rows that it is given before its compiled program begins.
    """

    @property
    def works_on_host(self) -> bool:
        """Whether a model runs the layer before its compiled program."""
        return True

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute outputs of data, or extend the graph; refuses arrays inside a program."""
        if any_symbolic(inputs):
            self._check_in_graph()
            return super().__call__(inputs, *args, **kwargs)
        if not is_data(inputs):
            raise_for_program(self)
        call_signature(type(self)).check_keywords(type(self).__name__, kwargs)
        return self.call(inputs, *args)

    def _check_in_graph(self) -> None:
        """Refuse what a model can't begin with.

        Raises:
            ValueError: SciPy matrices or strings as outputs.
        """
        for option, gives in (("sparse", "a SciPy matrix"), ("invert", "strings")):
            if getattr(self, option, False):
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) can't be in a model, since "
                    f"{option}=True gives {gives}: apply it outside, x = layer(x)."
                )
