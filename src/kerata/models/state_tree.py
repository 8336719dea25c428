"""A model's whole state as nested dictionaries, by the paths of its variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kerata.base.messages import did_you_mean
from kerata.base.variable import Variable

_FORMATS: dict[str, Callable[[Variable], Any]] = {
    "backend_tensor": lambda variable: variable.value,
    "numpy_array": Variable.numpy,
}
Tree = Mapping[str, Any]


def state_tree(model: Any, value_format: str = "backend_tensor") -> dict[str, dict[str, Any]]:
    """Give the values of all variables of a model.

    Arguments:
        value_format: ``'backend_tensor'`` for JAX arrays, ``'numpy_array'`` for NumPy's.

    Returns:
        ``trainable_variables``, ``non_trainable_variables``, ``optimizer_variables`` and
        ``metrics_variables``, each a tree of dictionaries whose keys are the parts of paths.

    Raises:
        ValueError: another format; two variables of one path.

    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1, use_bias=False, name="only")])
    >>> sorted(state_tree(model))[-1], len(state_tree(model)["trainable_variables"])
    ('trainable_variables', 1)
    """
    if value_format not in _FORMATS:
        raise ValueError(
            f"value_format must be one of {sorted(_FORMATS)}, got {value_format!r}. "
            f"{did_you_mean(str(value_format), list(_FORMATS))}"
        )
    take = _FORMATS[value_format]
    return {
        kind: _nested({path: take(v) for path, v in _by_path(variables).items()})
        for kind, variables in _groups(model).items()
    }


def assign_state_tree(model: Any, tree: Mapping[str, Tree]) -> None:
    """Set a model's variables from a tree, or from parts of one.

    Raises:
        ValueError: a group or a variable that the model does not have.
    """
    groups = _groups(model)
    found: list[tuple[Variable, Any]] = []
    for kind, part in tree.items():
        if kind not in groups:
            raise ValueError(
                f"The state tree has the part {kind!r}, which no model has. "
                f"{did_you_mean(kind, list(groups))}"
            )
        variables = _by_path(groups[kind])
        for path, value in _flat(part):
            if path not in variables:
                raise ValueError(
                    f"The state tree has {path!r} among its {kind}, which model {model.name!r} "
                    f"does not have. {did_you_mean(path, list(variables))}"
                )
            found.append((variables[path], value))
    for variable, value in found:
        variable.assign(value)


def _groups(model: Any) -> dict[str, list[Variable]]:
    optimizer = model.optimizer
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": [] if optimizer is None else optimizer.variables,
        "metrics_variables": model.metrics_variables,
    }


def _by_path(variables: list[Variable]) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for variable in variables:
        if variable.path in found:
            raise ValueError(
                f"Two variables have the path {variable.path!r}, so there is no tree of the state: "
                "give layers and metrics names of their own."
            )
        found[variable.path] = variable
    return found


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in flat.items():
        *places, name = path.split("/")
        part = tree
        for place in places:
            part = part.setdefault(place, {})
        part[name] = value
    return tree


def _flat(tree: Tree, prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        path = prefix + name
        found += _flat(value, path + "/") if isinstance(value, Mapping) else [(path, value)]
    return found
