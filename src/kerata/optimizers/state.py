"""The state of an optimizer: its variables, step count and learning rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from kerata import initializers
from kerata.base.configurable import Configurable
from kerata.base.messages import warn
from kerata.base.naming import current_path
from kerata.base.variable import Variable
from kerata.optimizers.learning_rate import Rate, as_rate, rate_at


class OptimizerState(Configurable):
    """Owns variables; ``Optimizer`` adds what a step does.

    Their order is that of Keras 3's files: step count, learning rate unless it is a
    schedule, then in the order they were made.
    """

    name: str
    gradient_accumulation_steps: int | None
    built = False

    def _make_state(self, learning_rate: Any) -> None:
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._indices: dict[int, int] = {}
        self._iterations = self._add("iteration", np.int32(0))
        self._learning_rate: Rate = as_rate(learning_rate, type(self).__name__)
        if isinstance(self._learning_rate, Variable):
            self._track(self._learning_rate)

    def _add_like(self, name: str) -> list[Variable]:
        return [self.add_variable_from_reference(v, name) for v in self._trainable_variables]

    def _add(self, name: str, value: Any) -> Variable:
        return self._track(Variable(value, trainable=False, name=name))

    def _track(self, variable: Variable) -> Variable:
        variable.path = "/".join([*current_path(), self.name, variable.name])
        self._variables.append(variable)
        return variable

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a variable that belongs to the optimizer's state."""
        return self._track(
            Variable(
                initializers.get(initializer),
                shape=tuple(shape),
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                name=name,
            )
        )

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a variable of the shape and type of a weight, named after it."""
        made = self.add_variable(
            shape=reference_variable.shape,
            initializer=initializer,
            dtype=reference_variable.dtype,
            name=name_like(reference_variable, name or "var"),
        )
        made.belongs_to = reference_variable
        return made

    def add_optimizer_variables(
        self, trainable_variables: Iterable[Variable], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Make one variable for each weight, or several where several names are given.

        Returns:
            A list of variables; for several names a tuple of lists. None stands for weights
            that are overwritten with their gradients.
        """
        names = [name] if isinstance(name, str) else list(name)
        each = initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        made = [
            [
                None if v.overwrite_with_gradient else self.add_variable_from_reference(v, n, i)
                for n, i in zip(names, each, strict=True)
            ]
            for v in trainable_variables
        ]
        lists = tuple([row[k] for row in made] for k in range(len(names)))
        return lists[0] if isinstance(name, str) else lists

    @property
    def variables(self) -> list[Variable]:
        """The whole state: step count, learning rate, then what is kept for each weight."""
        found = {id(v): v for v in self._variables}
        weights = {id(v) for v in self._trainable_variables}
        # Users' optimizers may keep variables without add_variable(), as attributes.
        for value in vars(self).values():
            held = value.values() if isinstance(value, dict) else value
            for v in held if isinstance(value, (list, tuple, dict)) else [value]:
                if isinstance(v, Variable) and id(v) not in weights:
                    found.setdefault(id(v), v)
        return list(found.values())

    @property
    def iterations(self) -> Any:
        """How often the weights were changed."""
        return self._step() if self.gradient_accumulation_steps else self._iterations

    def _step(self) -> Any:
        return self._iterations.value // (self.gradient_accumulation_steps or 1)

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a variable, or a schedule's value at the present step."""
        return rate_at(self._learning_rate, self._iterations.value)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        rate = as_rate(value, type(self).__name__)
        if not isinstance(rate, Variable):
            self._variables = [v for v in self._variables if v is not self._learning_rate]
            self._learning_rate = rate
        elif isinstance(self._learning_rate, Variable):
            self._learning_rate.assign(rate)
        else:
            raise TypeError(
                f"{type(self).__name__} follows the schedule {self._learning_rate!r}, so its "
                "learning rate can't be set to a number. Make the optimizer with a number "
                "instead, or set another schedule."
            )

    lr = learning_rate

    def _get_variable_index(self, variable: Variable) -> int:
        return self._indices[id(variable)]

    def assign(self, variable: Variable, value: Any) -> None:
        """Replace a variable's value."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a variable."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a variable."""
        variable.assign_sub(value)

    def set_weights(self, weights: Iterable[Any]) -> None:
        """Set the whole state from arrays in the order of ``variables``.

        Raises:
            ValueError: if the state is not made yet, or the arrays do not fit it.
        """
        weights = list(weights)
        if not self.built:
            raise ValueError(
                f"{type(self).__name__} has no state for any weights yet: call "
                "build(variables) before set_weights()."
            )
        if len(weights) != len(self.variables):
            raise ValueError(
                f"{type(self).__name__} has {len(self.variables)} variables, "
                f"set_weights() got {len(weights)} arrays."
            )
        for variable, weight in zip(self.variables, weights, strict=True):
            variable.assign(weight)

    def _saved_parts(self) -> list[tuple[str, Any]]:
        """List the attributes in which files look for optimizers, private ones last, as Keras 3."""
        return sorted(vars(self).items(), key=lambda p: f"~{p[0]}" if p[0][0] == "_" else p[0])

    def save_own_variables(self, store: Any) -> None:
        """Write the state into a mapping, under ``'0'``, ``'1'``, ..."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read the state from what ``save_own_variables`` wrote; warn where it does not fit."""
        if len(store) != len(self.variables):
            warn(
                f"The state of optimizer {self.name!r} is left as it is: it has "
                f"{len(self.variables)} variables, the stored one has {len(store)}.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(np.asarray(store[str(i)]))


def name_like(variable: Variable, name: str) -> str:
    """Name a variable after the weight it belongs to: ``dense_kernel_momentum``."""
    return f"{variable.path.replace('/', '_')}_{name}"
