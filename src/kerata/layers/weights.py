"""The weights of a layer and of the layers inside it: made, listed, frozen, read and set."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, ClassVar

import numpy as np

from kerata import constraints, initializers, regularizers
from kerata.base.arguments import sizes
from kerata.base.dtypes import is_float_dtype
from kerata.base.naming import current_path, name_scope
from kerata.base.symbolic import Operation
from kerata.base.variable import Variable
from kerata.layers.tracking import owned

_replaced: ContextVar[bool] = ContextVar("values are replaced", default=False)


class Weighted(Operation):
    """An operation that owns weights and other such operations.

    The maths stays in ``Layer``; this part knows which weights there are.
    """

    # Attributes that mention layers which stand elsewhere already.
    _not_saved: ClassVar[frozenset[str]] = frozenset({"_init_args", "_inbound_nodes"})

    built: bool
    _added_losses: list[Any]

    def __init__(self, *, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(name=name)
        if not isinstance(trainable, (bool, int, np.bool_)) or trainable not in (0, 1):
            raise ValueError(
                f"{type(self).__name__}: trainable must be True or False, "
                f"got trainable={trainable!r}."
            )
        self._trainable = bool(trainable)
        self._place: list[str] | None = None
        self._trainable_variables: list[Variable] = []
        self._non_trainable_variables: list[Variable] = []

    @property
    def variable_dtype(self) -> str:
        """The type the weights are kept in."""
        raise NotImplementedError

    @property
    def path(self) -> str | None:
        """The name with those of the layers in which it was built, ``'seq/dense'``, or None."""
        return None if self._place is None else "/".join(self._place)

    @contextlib.contextmanager
    def _name_scope(self) -> Iterator[None]:
        """Put the layer's path in front of what is made inside: that of its first call."""
        if self._place is None:
            self._place = [*current_path(), self.name]
        with name_scope(self.name, caller=self, path=self._place):
            yield

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        name: str | None = None,
    ) -> Variable:
        """Make a weight; training finds it by itself.

        Arguments:
            shape: shape of the weight, ``()`` for a single number.
            initializer: name, object or function; Glorot uniform by default for floating
                types, zeros for others.
            dtype: the layer's variable type by default.
            trainable: whether ``fit`` may change it.
            regularizer, constraint: applied to it by training.
            name: short name, such as ``'kernel'``.
        """
        if isinstance(shape, (int, np.integer)):
            shape = (int(shape),)
        if shape is not None:
            shape = sizes(f"Layer {self.name!r} ({type(self).__name__})", shape)
        dtype = self.variable_dtype if dtype is None else dtype
        if initializer is None:
            initializer = "glorot_uniform" if is_float_dtype(dtype) else "zeros"
        with self._name_scope():
            variable = Variable(
                initializers.get("zeros" if _replaced.get() else initializer),
                shape=() if shape is None else shape,
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        (self._trainable_variables if trainable else self._non_trainable_variables).append(variable)
        return variable

    def _own_variables(self) -> list[Variable]:
        made = self._trainable_variables + self._non_trainable_variables
        known = {id(v) for v in made}
        return made + [v for v in _direct_variables(self) if id(v) not in known]

    def _states_between_batches(self) -> list[Variable]:
        """Give the variables that are no weights and yet go on from batch to batch."""
        return []

    def _sublayers(self) -> list[Weighted]:
        return list(owned(self, Weighted))

    def _flatten_layers(self) -> Iterator[Weighted]:
        """Yield this layer and all below it, each once."""
        seen: set[int] = set()
        stack: list[Weighted] = [self]
        while stack:
            layer = stack.pop()
            if id(layer) not in seen:
                seen.add(id(layer))
                yield layer
                stack += reversed(layer._sublayers())

    @property
    def weights(self) -> list[Variable]:
        """All weights: own trainable, own fixed, then those of the layers inside."""
        found = {id(v): v for layer in self._flatten_layers() for v in layer._own_variables()}
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that ``fit`` changes."""
        return self._weights_by_role()[1]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that ``fit`` leaves alone, moving statistics included."""
        trainable = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trainable]

    @property
    def trainable(self) -> bool:
        """Whether ``fit`` changes the weights; setting it reaches all layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._flatten_layers():
            layer._trainable = bool(value)

    def _weights_by_role(self) -> tuple[list[Variable], list[Variable]]:
        """Give all weights, and those of them that ``fit`` changes, from one walk."""
        layers = list(self._flatten_layers())
        own = {id(layer): layer._own_variables() for layer in layers}
        weights = {id(v): v for variables in own.values() for v in variables}
        if not self.trainable:
            return list(weights.values()), []
        frozen = {
            id(v)
            for layer in layers
            if not layer.trainable
            for inner in layer._flatten_layers()
            for v in own[id(inner)]
        }
        trained = [v for v in weights.values() if v.trainable and id(v) not in frozen]
        return list(weights.values()), trained

    def get_weights(self) -> list[np.ndarray]:
        """Give copies of all weights as NumPy arrays, in the order of ``weights``."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Set all weights from arrays in the order of ``weights``.

        Raises:
            ValueError: another number of arrays, or an array of another shape; nothing
                is changed then.
        """
        own, given = self.weights, [np.asarray(w) for w in weights]
        if len(own) != len(given):
            raise ValueError(
                f"Layer {self.name!r} has {len(own)} weights, but set_weights() got {len(given)}"
                f"{'' if self.built else '; the layer is not built yet, so call it once first'}."
            )
        for variable, array in zip(own, given, strict=True):
            if variable.shape != array.shape:
                raise ValueError(
                    f"Weight {variable.path!r} has shape {variable.shape}, "
                    f"but set_weights() got an array of shape {array.shape}."
                )
        for variable, array in zip(own, given, strict=True):
            variable.assign(array)

    def _saved_parts(self) -> list[tuple[str, Any]]:
        """List the attributes in which files look for layers, private ones last, as Keras 3."""
        parts = {k: v for k, v in vars(self).items() if k not in self._not_saved and k[:2] != "__"}
        return sorted(parts.items(), key=lambda p: f"~{p[0]}" if p[0][0] == "_" else p[0])

    def _filed_variables(self) -> list[Variable]:
        """List the layer's own weights in the order of files."""
        return self._own_variables()

    def _filed_values(self) -> list[Any]:
        """Give what files hold of ``_filed_variables``."""
        return [v._value for v in self._filed_variables()]

    def _was_loaded(self) -> None:
        """Do what remains to be done when ``_filed_variables`` were read from a file."""

    def save_own_variables(self, store: Any) -> None:
        """Write the layer's own weights into a mapping, under ``'0'``, ``'1'``, ..."""
        for i, value in enumerate(self._filed_values()):
            store[str(i)] = np.asarray(value)

    def load_own_variables(self, store: Any) -> None:
        """Read the layer's own weights from what ``save_own_variables`` wrote.

        Raises:
            ValueError: another number of arrays, or an array of another shape.
        """
        variables = self._filed_variables()
        if len(store) != len(variables):
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} weights of its own, "
                f"got {len(store)} arrays."
            )
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))
        self._was_loaded()

    def count_params(self) -> int:
        """Count the numbers in all weights.

        Raises:
            ValueError: if the layer is not built yet.
        """
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} has no weights to count yet: "
                "build it first by calling it on data or giving an input shape."
            )
        return sum(int(np.prod(v.shape)) for v in self.weights)


@contextlib.contextmanager
def replaced_values() -> Iterator[None]:
    """Make weights of zeros, whatever initializers say, where others follow at once.

    Random numbers for the 138 million weights of VGG16, which a file then replaces, take seconds.

    >>> from kerata import layers
    >>> with replaced_values():
    ...     layer = layers.Dense(2)
    ...     layer.build((None, 3))
    >>> float(abs(layer.get_weights()[0]).max())
    0.0
    """
    token = _replaced.set(True)
    try:
        yield
    finally:
        _replaced.reset(token)


def _direct_variables(obj: Weighted) -> Iterator[Variable]:
    for name, value in vars(obj).items():
        if isinstance(value, Variable) or (
            isinstance(value, (list, tuple)) and not name.endswith("_variables")
        ):
            for v in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(v, Variable):
                    yield v
