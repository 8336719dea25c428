"""A network that is written as a function of JAX, as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.dtypes import dtype_name, is_float_dtype
from kerata.base.randomness import FollowingGenerator, SeedGenerator, global_generator
from kerata.base.variable import Variable
from kerata.layers.layer import Layer

_OF_CALLS = ("params", "state", "rng", "inputs", "training")
_OF_STARTS = ("rng", "inputs", "training")


class JaxLayer(Layer):
    """Wraps a function of JAX with weights of its own, and trains them.

    Input: an array ``(batch, ...)`` or nested ones; output as the function gives it. A file
    stores the functions' names and the weights: to load it, register the functions with
    ``@keras.saving.register_keras_serializable()`` or pass them in ``custom_objects``.

    Arguments:
        call_fn: computes the outputs. Its arguments have these names, in any order:
            ``inputs``; ``params``, the weights that are trained; ``state``, arrays that it gives
            back anew, ``(outputs, state)``; ``rng``, a key ``jax.random`` takes, uint32
            ``(2,)``, None outside training; ``training``, whether it is.
        init_fn: makes the first weights from ``rng`` and ``inputs`` (ones of the input's shape;
            1 stands for unknown sizes), perhaps ``training`` (True). Gives ``params``, or
            ``(params, state)`` if ``call_fn`` takes a state. None where weights are given.
        params: nested arrays, the first weights; from ``init_fn`` by default.
        state: nested arrays, the first state; from ``init_fn`` by default.
        seed: int, or None (the default) for the global generator.
        native_serialization_platforms: for Keras on TensorFlow; must be None.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ValueError: a function with other arguments; neither first weights nor ``init_fn``; a
            state of another structure than before.
        TypeError: something that is no function.

    >>> def line(params, inputs):
    ...     return params["slope"] * inputs
    >>> layer = JaxLayer(line, params={"slope": jnp.ones(())})
    >>> layer(np.array([1.0, 2.0])).tolist(), layer.count_params()
    ([1.0, 2.0], 1)
    """

    _not_in_config: tuple[str, ...] = ("params", "state", "seed")
    _not_in_program: ClassVar[tuple[str, ...]] = ("seed",)

    def __init__(
        self,
        call_fn: Callable[..., Any],
        init_fn: Callable[..., Any] | None = None,
        params: Any = None,
        state: Any = None,
        seed: int | None = None,
        native_serialization_platforms: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if native_serialization_platforms is not None:
            raise ValueError(
                f"{self._title}: native_serialization_platforms is for Keras on TensorFlow, "
                "leave it at None."
            )
        self.native_serialization_platforms = None
        self.call_fn, self.init_fn = call_fn, init_fn
        self._call_names = self._names(call_fn, "call_fn", _OF_CALLS)
        self._start_names: tuple[str, ...] = ()
        if init_fn is not None:
            self._start_names = self._names(init_fn, "init_fn", _OF_STARTS)
        needed = [name for name in ("params", "state") if name in self._call_names]
        if init_fn is None and params is None and state is None and needed:
            raise ValueError(
                f"{self._title}: call_fn takes {' and '.join(needed)}, so the layer needs init_fn, "
                "or params and state themselves (which files don't hold: a layer that is loaded "
                "needs init_fn)."
            )
        self.seed = seed
        self.seed_generator = None
        if "rng" in self._call_names:
            self.seed_generator = FollowingGenerator() if seed is None else SeedGenerator(seed)
        self.params = self._boxed(params, trainable=True)
        self.state = self._boxed(state, trainable=False)
        if params is not None or state is not None:
            self.built = True

    @property
    def _title(self) -> str:
        return f"Layer {self.name!r} ({type(self).__name__})"

    def _names(self, function: Any, what: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Give the names of a function's arguments, all of which must be known."""
        if not callable(function):
            raise TypeError(f"{self._title}: {what} must be a function, got {function!r:.80}.")
        names = tuple(inspect.signature(function).parameters)
        unknown = [name for name in names if name not in allowed]
        if unknown or "inputs" not in names:
            wrong = f"has {unknown[0]!r}" if unknown else "lacks 'inputs'"
            raise ValueError(
                f"{self._title}: {what} {wrong} among its arguments, which may be "
                f"{', '.join(allowed)}: wrap it in a function with these names."
            )
        return names

    def _boxed(self, values: Any, trainable: bool) -> Any:
        """Make a weight of every number and array in a tree."""

        def box(value: Any) -> Any:
            if not isinstance(value, (jax.Array, np.ndarray, np.generic, bool, int, float)):
                return value
            array = np.asarray(value)
            kind = dtype_name(type(value) if isinstance(value, (bool, int, float)) else array.dtype)
            return self.add_weight(
                array.shape,
                initializer=lambda shape, dtype: array,
                dtype=None if is_float_dtype(kind) else kind,
                trainable=trainable,
            )

        return jax.tree.map(box, values)

    def build(self, input_shape: Any) -> None:
        """Make the first weights, where they were not given."""
        needed = "params" in self._call_names or "state" in self._call_names
        if self.params is not None or self.state is not None or not needed:
            return
        # Not traced, even if the layer is first called inside another one's call.
        with jax.ensure_compile_time_eval():
            given = {"rng": self._start_rng(), "inputs": _ones(input_shape), "training": True}
            found = self.init_fn(*(given[name] for name in self._start_names))  # type: ignore[misc] # given where needed
        state = None
        if "state" in self._call_names:
            found, state = self._pair(found, "init_fn must give (params, state)")
        self.params = self._boxed(found, trainable=True)
        self.state = self._boxed(state, trainable=False)

    def _pair(self, found: Any, rule: str) -> tuple[Any, Any]:
        if not isinstance(found, tuple) or len(found) != 2:
            raise ValueError(
                f"{self._title}: call_fn takes a state, so {rule}, got {type(found).__name__}."
            )
        return found

    def _start_rng(self) -> Any:
        """Give the ``rng`` of ``init_fn``; a subclass may give nested keys."""
        return self._start_key()

    def _start_key(self) -> jax.Array:
        return jax.random.key_data(jax.random.key(global_generator().next_seed()))

    def _call_rng(self, training: Any) -> Any:
        """Give the ``rng`` of ``call_fn``; a subclass may give nested keys."""
        return self._call_key() if training else None

    def _call_key(self) -> jax.Array:
        assert self.seed_generator is not None
        return jax.random.key_data(self.seed_generator.next())

    def call(self, inputs: Any, training: Any = False) -> Any:
        """Call the function, and keep the new state."""
        given = {"inputs": inputs, "training": training}
        given["params"] = jax.tree.map(_value, self.params)
        given["state"] = jax.tree.map(_value, self.state)
        if "rng" in self._call_names:
            given["rng"] = self._call_rng(training)
        outputs = self.call_fn(*(given[name] for name in self._call_names))
        if "state" in self._call_names:
            outputs, state = self._pair(outputs, "it must give (outputs, state)")
            self._keep(state)
        return outputs

    def _keep(self, state: Any) -> None:
        """Put a new state into the boxes of the old one."""
        old: Any = jax.tree.structure(self.state)
        new: Any = jax.tree.structure(state)
        if old != new:
            raise ValueError(
                f"{self._title}: call_fn gave a state of another structure than it had: {new} "
                f"instead of {old}."
            )
        for box, value in zip(jax.tree.leaves(self.state), jax.tree.leaves(state), strict=True):
            if isinstance(box, Variable):
                box.assign(value)


def _value(box: Any) -> Any:
    return box.value if isinstance(box, Variable) else box


def _ones(shapes: Any) -> Any:
    """Give arrays of ones for nested shapes, with 1 for unknown sizes."""
    if isinstance(shapes, dict):
        return {key: _ones(shape) for key, shape in shapes.items()}
    if all(d is None or isinstance(d, int) for d in shapes):
        return jnp.ones([1 if d is None else d for d in shapes])
    return type(shapes)(map(_ones, shapes))
