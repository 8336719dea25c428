"""A module of Flax as a layer."""

from __future__ import annotations

import inspect
from typing import Any, Self

from kerata.base.registry import deserialize, serialize
from kerata.layers.core.jax_layer import JaxLayer


class FlaxLayer(JaxLayer):
    """Wraps a module of Flax (``flax.linen``) and trains its parameters.

    Input: an array ``(batch, ...)`` or nested ones; output as the module gives it. What is not
    in the collection ``'params'`` (moving averages) is state that the module gives back anew.
    Needs ``pip install 'kerata[flax]'``. A file stores the module's config and the weights: the
    module's class must have ``get_config`` and be registered.

    Arguments:
        module: a ``flax.linen.Module``. Its method takes ``inputs`` and perhaps ``training``, a
            bool.
        method: what to call instead of ``__call__``: the name of a method, a bound method, or
            a function that takes the module first.
        variables: nested dictionary of first values as ``module.init`` gives it; from
            ``module.init`` by default.
        **kwargs: seed, see ``JaxLayer``; name, dtype, trainable and so on, see ``Layer``.

    Raises:
        ImportError: Flax is not installed.
        TypeError: something that is no module of ``flax.linen``.
        ValueError: the module has no such method; loading a method that can't be meant.

    >>> import flax.linen  # doctest: +SKIP
    >>> layer = FlaxLayer(flax.linen.Dense(3))  # doctest: +SKIP
    >>> layer(np.ones((2, 4))).shape  # doctest: +SKIP
    (2, 3)
    """

    _not_in_config = (*JaxLayer._not_in_config, "variables")

    def __init__(self, module: Any, method: Any = None, variables: Any = None, **kwargs: Any):
        linen = _linen()
        if not isinstance(module, linen.Module):
            raise TypeError(
                f"FlaxLayer: module must be a flax.linen.Module, got {module!r:.80}."
                " Modules of flax.nnx are not possible, as in Keras."
            )
        if isinstance(method, str) and not callable(getattr(module, method, None)):
            raise ValueError(f"FlaxLayer: {type(module).__name__} has no method {method!r}.")
        called = getattr(module, method) if isinstance(method, str) else method or module.__call__
        options = {"method": method}
        changing = {**options, "mutable": linen.DenyList(["params"])}

        def call_in_mode(params: Any, state: Any, rng: Any, inputs: Any, training: Any) -> Any:
            variables = {**(params or {}), **(state or {})}
            return module.apply(variables, inputs, rngs=rng, training=training, **changing)

        def call(params: Any, state: Any, rng: Any, inputs: Any) -> Any:
            return module.apply({**(params or {}), **(state or {})}, inputs, rngs=rng, **changing)

        def start_in_mode(rng: Any, inputs: Any, training: Any) -> Any:
            return _parted(module.init(rng, inputs, training=training, **options))

        def start(rng: Any, inputs: Any) -> Any:
            return _parted(module.init(rng, inputs, **options))

        moded = "training" in inspect.signature(called).parameters
        params, state = (None, None) if variables is None else _parted(variables)
        super().__init__(
            call_in_mode if moded else call,
            start_in_mode if moded else start,
            params=params,
            state=state,
            **kwargs,
        )
        self.module, self.method = module, method

    def _start_rng(self) -> Any:
        return {"params": self._start_key(), "dropout": self._start_key()}

    def _call_rng(self, training: Any) -> Any:
        return {"dropout": self._call_key()} if training else {}

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments, a bound method by its name."""
        config = super().get_config()
        method = self.method
        if getattr(method, "__self__", None) is self.module:
            method = method.__name__
        return {
            **config,
            "module": serialize(self.module),
            "method": serialize(method),
            "native_serialization_platforms": None,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        """Build a layer from what ``get_config`` gave; the module's class must be registered."""
        config = {key: deserialize(value, custom_objects) for key, value in config.items()}
        method = config.get("method")
        if isinstance(method, str) and method.startswith("_") and method != "__call__":
            raise ValueError(f"FlaxLayer: {method!r} is not a method that a file may name.")
        return cls(**config)


def _linen() -> Any:
    try:
        import flax.linen
    except ImportError as problem:
        raise ImportError(
            "FlaxLayer needs Flax, which is not installed: pip install 'kerata[flax]'."
        ) from problem
    return flax.linen


def _parted(variables: Any) -> tuple[Any, Any]:
    """Part a module's variables into those that are trained and the others."""
    trained = {key: value for key, value in variables.items() if key == "params"}
    return trained, {key: value for key, value in variables.items() if key != "params"}
