"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kerata.base.registry import check_safe_mode, deserialize, serialize
from kerata.layers.layer import Layer


class Lambda(Layer):
    """Wraps a function of tensors.

    Input ``(batch, ...)`` or several, output as the function gives it. A file stores only the
    function's name: to load it, register the function with
    ``@keras.saving.register_keras_serializable()`` or pass it in ``custom_objects``. Code from
    files is never run.

    Arguments:
        function: takes the inputs, and ``arguments`` by keyword; may also take ``mask``
            and ``training``.
        output_shape: tuple, shape of one row of the output, or a function of the input's shape;
            found by tracing if left out.
        mask: bool array, mask of the output, or a function ``(inputs, mask) -> mask``; None by
            default.
        arguments: dictionary of further keyword arguments of the function; None by default.
        **kwargs: name, dtype, trainable and so on, see ``Layer``.

    Raises:
        TypeError: ``function`` can't be called.
        ValueError: loading a function that is not registered, or one stored as code.

    >>> import numpy as np
    >>> Lambda(lambda x, k: k * x, arguments={"k": 3})(np.array([1.0, 2.0])).tolist()
    [3.0, 6.0]
    """

    def __init__(
        self,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda needs a function, got {function!r}.")
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self._output_shape = tuple(output_shape) if isinstance(output_shape, list) else output_shape
        self._named = set(inspect.signature(function).parameters)
        self.supports_masking = mask is not None

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Call the function."""
        extra = {"mask": mask, "training": training}
        wanted = {k: v for k, v in extra.items() if k in self._named and k not in self.arguments}
        return self.function(inputs, **self.arguments, **wanted)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Give the mask as the ``mask`` argument says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape as ``output_shape`` says, or by tracing the function."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return tuple(self._output_shape(input_shape))
        several = bool(input_shape) and isinstance(input_shape[0], (list, tuple))
        batch = (input_shape[0] if several else input_shape)[0]
        return (batch, *self._output_shape)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Give the outputs as symbolic tensors."""
        if self._output_shape is None:
            return self._traced_spec(*args, **kwargs)
        return super().compute_output_spec(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments; functions by their registered names."""
        shape = self._output_shape
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": serialize(self.dtype_policy),
            "function": serialize(self.function),
            "arguments": serialize(self.arguments),
            **({} if shape is None else {"output_shape": serialize(shape)}),
            **({} if self.mask is None else {"mask": serialize(self.mask)}),
        }

    @classmethod
    def from_config(
        cls,
        config: dict[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
        safe_mode: bool | None = None,
    ) -> Lambda:
        """Build a layer from what ``get_config`` gave; functions must be registered.

        Arguments:
            config: what ``get_config`` gave.
            custom_objects: functions of yours by name.
            safe_mode: only True is possible: code from files is never run.
        """
        check_safe_mode(safe_mode)
        config = dict(config)
        for name in ("function", "output_shape", "mask", "arguments"):
            value = config.get(name)
            if isinstance(value, dict) and value.get("class_name") == "__lambda__":
                raise ValueError(
                    f"Lambda layer {config.get('name')!r}: its {name} is stored as Python code, "
                    "and code from files is never run. Write it as a named function, register "
                    "it with @keras.saving.register_keras_serializable() and save again."
                )
            if name in config:
                config[name] = deserialize(value, custom_objects)
        return cls(**config)
