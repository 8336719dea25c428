"""Why a Keras model answers rows as it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerata.workbench.explain.explainer import BACKGROUND, REGIONS
from kerata.workbench.explain.explanation import Explanation, RowExplanation
from kerata.workbench.explain.regions import region_name, squares
from kerata.workbench.explain.shapley import shapley_values


def explain(
    model: Any,
    x: Any,
    background: Any,
    *,
    output: int | None = None,
    names: Sequence[str] | None = None,
    rounds: int = 1,
    seed: int = 0,
) -> Explanation:
    """Say what each feature of rows adds to a model's answers, by Shapley values.

    A feature is a column of an array ``(rows, columns)``, a step of a series ``(rows, steps,
    ...)`` or a square region of images ``(rows, height, width, channels)``. It counts as unknown
    when it has the values of rows of the background.

    Arguments:
        model: a built model with one output of shape ``(rows,)`` or ``(rows, outputs)``, or any
            object with ``predict``.
        x: array of the rows to explain, or a list or dictionary of arrays for several inputs.
        background: rows of the same form that stand for "unknown", such as 40 of the training
            rows; of more than 40 so many are drawn.
        output: number of the output; by default the largest one of each row.
        names: of the features; by default of a DataFrame its columns, else their numbers.
        rounds: orders of the features for each row of the background, each with its opposite;
            two or more give standard errors.
        seed: decides on the orders and on the rows of the background.

    Returns:
        An :class:`Explanation`, one :class:`RowExplanation` for each row; their contributions
        sum to the answer minus the mean answer to the background.

    Raises:
        ValueError: rows and background of different forms, no rows, more than one output array,
            an output that is not there, another number of names than features.

    >>> import kerata
    >>> model = kerata.Sequential([kerata.Input((2,)), kerata.layers.Dense(1)])
    >>> model.set_weights([np.array([[2.0], [3.0]]), np.array([1.0])])
    >>> found = explain(model, np.array([[1.0, 1.0]]), np.zeros((10, 2)), names=["a", "b"])
    >>> found[0].contributions.round(5).tolist(), found[0].mean
    ([2.0, 3.0], 1.0)

    Source: see ``shapley_values``.
    """
    keys, rows = _arrays(x)
    same, behind = _arrays(background)
    if keys != same or any(a.shape[1:] != b.shape[1:] for a, b in zip(rows, behind, strict=True)):
        raise ValueError(
            f"x and background must have the same form, got {_forms(keys, rows)} and "
            f"{_forms(same, behind)}."
        )
    if not len(rows[0]) or not len(behind[0]):
        raise ValueError("explain() needs at least one row and one row of background.")
    if len(behind[0]) > BACKGROUND:
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.choice(len(behind[0]), BACKGROUND, replace=False))
        behind = [array[chosen] for array in behind]
    groups, own = _features(x, keys, rows)
    if names is not None and len(names) != len(own):
        raise ValueError(f"There are {len(own)} features, but {len(names)} names.")
    own = own if names is None else [str(name) for name in names]

    def answer(arrays: list[Any]) -> np.ndarray:
        given = arrays[0] if keys is None else dict(zip(keys, arrays, strict=True))
        if keys is not None and all(isinstance(key, int) for key in keys):
            given = list(arrays)
        quiet = {"verbose": 0} if hasattr(model, "layers") else {}
        found = model.predict(given, **quiet)
        if isinstance(found, (list, tuple, dict)):
            raise ValueError("explain() takes models with one output array; this one has several.")
        return np.asarray(found)

    found = shapley_values(answer, rows, behind, groups, rounds=rounds, seed=seed)
    outputs = found.answers.shape[1]
    if output is not None and not 0 <= output < outputs:
        raise ValueError(f"There are {outputs} outputs, from 0; got output={output}.")
    regions = groups[0][..., 0] if rows[0].ndim == 4 else None
    explained = Explanation(
        about=f"Shapley values: compared with {len(behind[0])} rows of the background; what all "
        "add sums to the answer minus the mean answer to these."
    )
    for row in range(len(rows[0])):
        place = int(np.argmax(found.answers[row])) if output is None else output
        cells = [_cell(rows[0][row, k]) for k in range(len(own))] if _is_table(rows) else None
        explained.append(
            RowExplanation(
                where=f"row {row}",
                output="answer" if outputs == 1 else f"output {place}",
                names=tuple(own),
                cells=("",) * len(own) if cells is None else tuple(cells),
                contributions=found.contributions[row, :, place],
                errors=found.errors[row, :, place],
                answer=float(found.answers[row, place]),
                mean=float(found.mean[place]),
                regions=regions,
            )
        )
    return explained


def _arrays(x: Any) -> tuple[list[Any] | None, list[np.ndarray]]:
    """Give keys of several inputs, None for one, and the arrays."""
    if isinstance(x, dict):
        return list(x), [np.asarray(array) for array in x.values()]
    if isinstance(x, (list, tuple)) and x and hasattr(x[0], "shape") and np.ndim(x[0]) > 1:
        return list(range(len(x))), [np.asarray(array) for array in x]
    array = np.asarray(x)
    if array.ndim < 2:
        raise ValueError(f"Rows have features: give an array (rows, ...), got shape {array.shape}.")
    return None, [array]


def _features(
    x: Any, keys: list[Any] | None, arrays: list[np.ndarray]
) -> tuple[list[np.ndarray], list[str]]:
    """Give the feature of each value of each array, and the features' names."""
    groups: list[np.ndarray] = []
    names: list[str] = []
    for key, array in zip(keys or [""], arrays, strict=True):
        form = array.shape[1:]
        start = len(names)
        if len(form) == 3:
            regions = squares(form[0], form[1], REGIONS)
            own = [region_name(regions, k) for k in range(int(regions.max()) + 1)]
            group = np.repeat(regions[..., None], form[2], axis=2)
        else:
            count = form[0] if form else 1
            own = [str(k) for k in range(count)] if count > 1 or not keys else [""]
            group = np.arange(count).reshape(-1, *(1 for _ in form[1:]))
            group = np.broadcast_to(group, form) if form else group[0]
        groups.append(group + start)
        names += [f"{key} {name}".strip() for name in own]
    if hasattr(x, "columns") and len(x.columns) == len(names):
        names = [str(name) for name in x.columns]
    return groups, names


def _is_table(arrays: list[np.ndarray]) -> bool:
    return len(arrays) == 1 and arrays[0].ndim == 2


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, (float, np.floating)) else str(value)


def _forms(keys: list[Any] | None, arrays: list[np.ndarray]) -> str:
    forms = [("rows", *array.shape[1:]) for array in arrays]
    return str(forms[0] if keys is None else dict(zip(keys, forms, strict=True))).replace("'", "")
