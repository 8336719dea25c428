"""A recurrent layer in both directions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerata.base.registry import deserialize, serialize
from kerata.layers.layer import Layer
from kerata.layers.recurrent.rnn import RNN
from kerata.layers.rows import keeps_rows_apart

_MERGES = ("concat", "sum", "ave", "mul", None)
_ALIKE = ("stateful", "return_sequences", "return_state")
_NEEDED = ("go_backwards", *_ALIKE)


class Bidirectional(Layer):
    """Goes through sequences from both ends, with two layers, and merges what they give.

    Input ``(batch, steps, features)``, float; output that of the layers, merged: twice as wide for
    ``'concat'``. Outputs of the backward layer are in the order of the sequence. ``initial_state``
    in a call is a list with the forward layer's states, then the backward layer's; with
    ``return_state`` so come the last states, after the output.

    Arguments:
        layer: ``LSTM``, ``GRU``, ``RNN`` or another layer with their attributes, or its config; a
            copy without weights becomes the forward layer.
        merge_mode: ``'concat'`` (default), ``'sum'``, ``'ave'``, ``'mul'``, or None for two
            outputs.
        weights: list of first values for both layers; None by default.
        backward_layer: layer that goes backwards; by default a copy of ``layer`` that goes the
            other way.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: something that is no such layer; layers that go the same way or differ in what
            they return; an unknown ``merge_mode``; states of an odd number.

    >>> import numpy as np
    >>> from kerata.layers import LSTM
    >>> Bidirectional(LSTM(3))(np.ones((2, 5, 1))).shape
    (2, 6)

    Source: Schuster & Paliwal 1997, Bidirectional recurrent neural networks.
    """

    _takes_one_array = True

    _not_in_config = ("weights",)

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        layer, backward = (
            deserialize(x) if isinstance(x, dict) else x for x in (layer, backward_layer)
        )
        _check_layer("layer", layer)
        if merge_mode not in _MERGES:
            raise ValueError(
                f"Bidirectional: merge_mode must be one of {', '.join(map(repr, _MERGES))}, "
                f"got {merge_mode!r}."
            )
        self.forward_layer = _copy(layer, "forward_")
        if backward is None:
            backward = _copy(layer, "backward_", go_backwards=not layer.go_backwards)
        _check_layer("backward_layer", backward)
        self.backward_layer = backward
        self._check_alike()
        for each in (self.forward_layer, self.backward_layer):
            # What is merged is the same at masked steps, whichever way the layers came.
            if isinstance(each, RNN):
                each.zero_output_for_mask = each.return_sequences
        self.merge_mode = merge_mode
        self._first_weights = weights
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self.input_spec = layer.input_spec

    def _check_alike(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "Bidirectional: the forward and the backward layer must go different ways, but "
                f"both have go_backwards={forward.go_backwards}."
            )
        for name in _ALIKE:
            a, b = getattr(forward, name), getattr(backward, name)
            if a != b:
                raise ValueError(
                    f"Bidirectional: the layers must agree in {name}, but the forward layer has "
                    f"{a} and the backward layer {b}."
                )

    @property
    def layer(self) -> Any:
        """The forward layer, under the argument's name."""
        return self.forward_layer

    @property
    def keeps_rows_apart(self) -> bool:
        """Whether no row's output depends on other rows."""
        return keeps_rows_apart(self.forward_layer) and keeps_rows_apart(self.backward_layer)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
                layer.built = True
        if self._first_weights is not None:
            first, self._first_weights = self._first_weights, None
            self.set_weights(first)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Compute both layers' outputs, merged, and their last states if wanted."""
        halves = self._halves(initial_state)
        ways = [
            layer(sequences, initial_state=state, mask=mask, training=training)
            for layer, state in zip((self.forward_layer, self.backward_layer), halves, strict=True)
        ]
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = tuple(s for way in ways for s in way[1:])
            ways = [way[0] for way in ways]
        y, back = (way.astype(self.compute_dtype) for way in ways)
        if self.return_sequences:
            back = jnp.flip(back, axis=1)
        outputs = self._merged(y, back)
        if not self.return_state:
            return outputs
        return (*outputs, *states) if self.merge_mode is None else (outputs, *states)

    def _halves(self, states: Any) -> tuple[Any, Any]:
        if states is None:
            return None, None
        if not isinstance(states, (list, tuple)) or len(states) % 2:
            got = f"{len(states)} of them" if isinstance(states, (list, tuple)) else "one array"
            raise ValueError(
                f"Layer {self.name!r} (Bidirectional): initial_state must be a list of the forward "
                f"layer's states and as many of the backward layer's, got {got}."
            )
        half = len(states) // 2
        return list(states[:half]), list(states[half:])

    def _merged(self, y: Any, back: Any) -> Any:
        if self.merge_mode == "concat":
            return jnp.concatenate([y, back], axis=-1)
        if self.merge_mode == "sum":
            return y + back
        if self.merge_mode == "ave":
            return (y + back) / 2
        if self.merge_mode == "mul":
            return y * back
        return y, back

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Give the merged output's shape, and those of the states if wanted."""
        layers = (self.forward_layer, self.backward_layer)
        ways = [layer.compute_output_shape(tuple(sequences_shape)) for layer in layers]
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = tuple(s for way in ways for s in way[1:])
            ways = [way[0] for way in ways]
        output = ways[0]
        if self.merge_mode == "concat":
            output = (*output[:-1], ways[0][-1] + ways[1][-1])
        if self.merge_mode is None:
            return (*ways, *states)
        return (output, *states) if self.return_state else output

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        return self._traced_spec(*args, **kwargs)

    def compute_mask(self, _: Any, mask: Any = None) -> Any:
        """Keep the mask for sequences; outputs without steps have none."""
        mask = mask[0] if isinstance(mask, (list, tuple)) and mask else mask
        output = mask if self.return_sequences else None
        outputs = [output, output] if self.merge_mode is None else [output]
        if not self.return_state:
            return outputs if self.merge_mode is None else output
        layers = (self.forward_layer, self.backward_layer)
        return [*outputs, *(None for x in layers for size in getattr(x, "state_size", ()) if size)]

    # States ------------------------------------------------------------------------------

    @property
    def states(self) -> Any:
        """The variables of the kept states of stateful layers, or None."""
        both = [self.forward_layer.states, self.backward_layer.states]
        return None if None in both else tuple(s for states in both for s in states)

    def reset_state(self) -> None:
        """Let stateful layers begin with zeros again.

        Raises:
            AttributeError: layers that are not stateful.
        """
        if not self.stateful:
            raise AttributeError(
                f"Layer {self.name!r} (Bidirectional) keeps no states; stateful=True would."
            )
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Let stateful layers begin with zeros again."""
        self.reset_state()


def _check_layer(what: str, layer: Any) -> None:
    missing = [n for n in _NEEDED if not hasattr(layer, n)]
    if not isinstance(layer, Layer) or missing:
        raise ValueError(
            f"Bidirectional: {what} must be a recurrent layer, with the attributes "
            f"{', '.join(_NEEDED)}; got {layer!r}."
        )


def _copy(layer: Layer, prefix: str, **changed: Any) -> Any:
    """Give a layer like another one, without its weights."""
    name = prefix + layer.name.removeprefix(prefix)
    config = serialize(layer)
    return deserialize({**config, "config": config["config"] | {"name": name} | changed})
