"""Everything public is called as in Keras: names, order, defaults, what is keyword-only.

A call that Keras understands must mean the same here or be refused; so Kerata may take more
arguments than Keras, but only where a call of Keras's can't reach them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import keras
import pytest

import kerata


def namespaces(module: Any, path: str) -> Iterator[str]:
    """Yield the paths of Keras's public modules, the package's first, as an empty one."""
    yield path
    for name, found in sorted(vars(module).items()):
        public = inspect.ismodule(found) and not name.startswith("_")
        if public and re.match(r"keras\.(?!src)", found.__name__):
            yield from namespaces(found, f"{path}.{name}".lstrip("."))


NAMESPACES = tuple(namespaces(keras, ""))
Parameter = inspect.Parameter
BY_PLACE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def find(root: Any, path: str) -> Any:
    for part in filter(None, path.split(".")):
        root = getattr(root, part, None)
    return root


def parameters(function: Any) -> dict[str, Parameter] | None:
    if inspect.isclass(function):
        written = function.__dict__.get("__signature__")
        if written is not None:
            return dict(written.parameters)
        if function.__init__ is object.__init__:
            return {}
        return dict(list(inspect.signature(function.__init__).parameters.items())[1:])
    try:
        return dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None


def value(default: Any) -> Any:
    """Bring a default into a form in which equal meanings are equal."""
    if isinstance(default, tuple) and default and all(d == default[0] for d in default):
        return default[0]  # (1, 1) is 1, everywhere
    return getattr(default, "__name__", default)


def differences(theirs: dict[str, Parameter], ours: dict[str, Parameter]) -> Iterator[str]:
    """Say where a call that Keras understands means something else here."""
    kinds = {p.kind for p in ours.values()}
    many = any(p.kind is Parameter.VAR_POSITIONAL for p in theirs.values())
    places = [p.name for p in theirs.values() if p.kind in BY_PLACE]
    our_places = [p.name for p in ours.values() if p.kind in BY_PLACE]
    for i, name in enumerate(places):
        if our_places[i : i + 1] != [name]:
            if i < len(our_places) or Parameter.VAR_POSITIONAL not in kinds:
                found = our_places[i] if i < len(our_places) else "nothing"
                yield f"argument {i} is {found}, not {name}"
            break
    for name, p in theirs.items():
        if p.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            continue
        if name not in ours:
            if Parameter.VAR_KEYWORD not in kinds:
                yield f"no argument {name}"
        elif ours[name].kind is Parameter.KEYWORD_ONLY and p.kind in BY_PLACE:
            yield f"{name} is keyword-only"
        elif p.default is not p.empty and value(ours[name].default) != value(p.default):
            yield f"{name}={ours[name].default!r}, not {p.default!r}"
    for name, p in ours.items():
        fixed = p.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        if many or not fixed or p.default is not p.empty:
            continue
        if name not in theirs and name not in our_places[:1]:
            yield f"{name} must be given"


def public(namespace: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield what both libraries have: functions, classes, and the classes' methods."""
    theirs, ours = find(keras, namespace), find(kerata, namespace)
    if theirs is None or ours is None:
        return
    for name in dir(theirs):
        their, our = getattr(theirs, name), getattr(ours, name, None)
        if name.startswith("_") or our is None or not callable(their):
            continue
        path = f"{namespace}.{name}".lstrip(".")
        yield path, their, our
        if inspect.isclass(their) and inspect.isclass(our):
            for method in dir(their):
                mine = getattr(our, method, None)
                if method.startswith("_") or mine is None or not callable(mine):
                    continue
                if callable(getattr(their, method)):
                    yield f"{path}.{method}", getattr(their, method), mine


# What differs, and why; a name alone stands for the method in every class.
EXCEPTIONS = {
    "Variable": "layout= places one variable on a mesh; here a LayoutMap does",
    "export": "Keras chooses TensorFlow's format by default, which is not written here",
    "build": "Keras's optimizers say var_list where its base says variables, as here",
    "add_weight": "overwrite_with_gradient= is an attribute of the variable here",
    "Operation.rematerialized_call": "Keras says fn here and layer_call in layers, as here",
    "Function.rematerialized_call": "the same",
    "RandomGrayscale.get_random_transformation": "Keras says images here and data elsewhere",
    "RandomGrayscale.transform_labels": "Keras says transformations here, not transformation",
    "RandomGrayscale.transform_segmentation_masks": "the same",
    "Adadelta.update_step": "Keras says grad here and gradient in every other optimizer",
}


def excused(path: str) -> bool:
    parts = path.split(".")
    return any(".".join(parts[-n:]) in EXCEPTIONS for n in (1, 2))


def found_differences(namespace: str) -> dict[str, list[str]]:
    found = {}
    for path, their, our in public(namespace):
        theirs, ours = parameters(their), parameters(our)
        if theirs is not None and ours is not None:
            lines = list(differences(theirs, ours))
            if lines:
                found[path] = lines
    return found


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_calls_are_written_as_in_keras(namespace: str) -> None:
    found = found_differences(namespace)
    assert {path: lines for path, lines in found.items() if not excused(path)} == {}


def test_all_modules_are_compared() -> None:
    assert {"", "layers", "ops.linalg", "applications.resnet", "visualization"} <= {*NAMESPACES}
    assert not any("src" in namespace for namespace in NAMESPACES)


if __name__ == "__main__":
    for n in NAMESPACES:
        for path, lines in found_differences(n).items():
            if not excused(path):
                print(path, lines)
