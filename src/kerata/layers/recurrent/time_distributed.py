"""The same layer for each step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import shape_text
from kerata.base.origin import is_own_class
from kerata.base.randomness import SeedGenerator, draw_key
from kerata.base.scope import Scope, current_scope
from kerata.base.variable import Variable
from kerata.layers.core.wrapper import Wrapper
from kerata.layers.layer import Layer
from kerata.layers.recurrent.loop import Changing, Input, Loop, Step
from kerata.layers.rows import keeps_rows_apart
from kerata.layers.signature import call_signature
from kerata.layers.tracking import owned


class TimeDistributed(Wrapper):
    """Applies a layer to each step of a sequence, with the same weights.

    Input ``(batch, steps, ...)``, output ``(batch, steps, ...)`` with what the layer makes of
    ``(batch, ...)``, of its dtype. Random numbers differ from step to step; moving statistics are
    those after the last one.

    Arguments:
        layer: ``Layer`` with one output, or its config.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: something that is no layer; an input of fewer than three axes; a mask of
            another shape.

    >>> import numpy as np
    >>> from kerata.layers import Dense
    >>> TimeDistributed(Dense(2))(np.ones((3, 5, 4))).shape
    (3, 5, 2)
    """

    _takes_one_array = True

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, (Layer, dict)):
            raise ValueError(f"TimeDistributed needs a layer to apply, got {layer!r}.")
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return keeps_rows_apart(self.layer)

    def _step_shape(self, shape: Any) -> tuple[int | None, ...]:
        if len(shape) < 3:
            raise ValueError(
                f"Layer {self.name!r} (TimeDistributed): expected (batch, steps, ...) with at "
                f"least 3 axes, got an input of shape {shape_text(shape)}."
            )
        return (shape[0], *shape[2:])

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for the inputs of a step."""
        if not self.layer.built:
            self.layer._build({"input_shape": self._step_shape(input_shape)})

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the layer's shape with the steps as second axis."""
        shape = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (shape[0], input_shape[1], *shape[1:])

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layer to each step."""
        self._step_shape(inputs.shape)
        if mask is not None and mask.shape[:2] != inputs.shape[:2]:
            raise ValueError(
                f"Layer {self.name!r} (TimeDistributed): the mask must begin with the axes of the "
                f"input, {shape_text(inputs.shape[:2])}, got shape {shape_text(mask.shape)}."
            )
        signature = call_signature(type(self.layer))
        xs = [jnp.swapaxes(inputs, 0, 1)]
        if mask is not None and signature.takes_mask:
            xs.append(jnp.swapaxes(mask, 0, 1))

        def step(x: Any, states: list[Any]) -> tuple[Any, list[Any]]:
            named = {"mask": x[1]} if len(x) == 2 else {}
            output = self.layer(x[0], training=training, **named)
            if not hasattr(output, "shape"):
                raise ValueError(
                    f"Layer {self.name!r} (TimeDistributed) needs a layer with one output, but "
                    f"{self.layer.name!r} gives a {type(output).__name__} of {len(output)}."
                )
            return output, states

        random = bool(training) and any(
            next(owned(x, SeedGenerator), None) for x in self.layer._flatten_layers()
        )
        boxes = self._changing(bool(training))
        if not boxes:
            return self._at_once(step, xs, random)
        changing = Changing(self, random=random, boxes=boxes)
        _, outputs, _ = Loop().run(step, Input(xs), [], changing)
        return jnp.swapaxes(outputs, 0, 1)

    def _changing(self, training: bool) -> list[Variable]:
        """Give the variables that a call may change, so that the steps must wait for each other."""
        layers = list(self.layer._flatten_layers())
        kept = [v for x in layers for v in x._states_between_batches()]
        if training or not all(is_own_class(type(x)) for x in layers):
            kept += [v for v in self.layer.weights if not v.trainable]
        return kept

    def _at_once(self, step: Step, xs: list[Any], random: bool) -> Any:
        """Apply the layer to all steps at once."""
        activations: dict[int, str] = {}
        key = jax.random.split(draw_key(), xs[0].shape[0]) if random else None

        def one(given: Input) -> Any:
            with Scope(key=given.key) as scope:
                output, _ = step(given.x, [])
                losses = list(scope.losses)
                (_, _, _, logits), (_, found) = scope.left_behind(output)
            activations.update(found)
            return output, losses, logits

        outputs, losses, logits = jax.vmap(one, out_axes=(1, 0, 1))(Input(xs, key=key))
        self.add_loss([jnp.sum(x) for x in losses])
        scope = current_scope()
        if scope is not None:
            scope.take_over(outputs, ([], [], {}, logits), ([], activations))
        return outputs
