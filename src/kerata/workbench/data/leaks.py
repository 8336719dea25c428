"""Target leakage: columns that are copies of the target or known only after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.core.task import spell

if TYPE_CHECKING:
    import pandas

_ROWS = 20_000
_FEWEST = 30
# Share of the rows that chance would get wrong which one column must get right.
_CERTAIN = 0.98
_CHANCE = 1e-6
_SAME_ORDER = 0.9995
_SAME_GROUP = 0.001


def rows_to_look_at(target: pandas.Series) -> np.ndarray:
    """Give numbers of rows that have a target, at most 20,000 of them, in random order.

    >>> import pandas
    >>> sorted(rows_to_look_at(pandas.Series(["a", None, "b"])).tolist())
    [0, 2]
    """
    rows = np.flatnonzero(target.notna().to_numpy(bool))
    return np.random.default_rng(0).permutation(rows)[:_ROWS]


def find_leak(values: pandas.Series, target: pandas.Series) -> str:
    """Say how one column alone gives the target away; nothing if it doesn't.

    Classes: rows that are neighbours in the column nearly always have the same class.
    Amounts: the column has the target's order, or its values fix the target's.

    Arguments:
        values: of one column, in the type of its kind, rows in random order.
        target: of the same rows, raw; none is missing.

    >>> import pandas
    >>> rng = np.random.default_rng(0)
    >>> price = pandas.Series(rng.normal(size=200))
    >>> find_leak(price * 1.2, price)
    'has the same order as the target'
    >>> find_leak(pandas.Series(rng.normal(size=200)), price)
    ''
    """
    pandas = need("pandas", "Reading a table")
    if len(target) < _FEWEST:
        return ""
    empty = values.isna().to_numpy(bool)
    kind = values.dtype.kind
    ordered = kind in "fM"
    column = values.to_numpy() if kind == "f" else pandas.factorize(values)[0]
    if kind == "M":
        column = values.to_numpy().astype("datetime64[s]").astype("float64")
    if pandas.api.types.is_numeric_dtype(target) and target.nunique() > 20:
        return _of_amounts(column, target.to_numpy("float64"), empty, ordered)
    classes = pandas.factorize(target.map(lambda value: spell(value).casefold()))[0]
    return _of_classes(column, classes, empty, ordered)


def _of_classes(column: Any, classes: np.ndarray, empty: np.ndarray, ordered: bool) -> str:
    shares = np.bincount(classes) / len(classes)
    if empty.any() and not empty.all():
        filled = np.unique(classes[~empty])
        # Some rows of the commonest class are no sign: chance must be ruled out.
        alone = len(filled) == 1 and shares[filled[0]] ** (~empty).sum() < _CHANCE
        if alone or _certain(empty.astype(int), classes, ordered=False):
            return "has a value only where the target has a certain one"
    found = _certain(column[~empty], classes[~empty], ordered)
    return f"tells the target in {100 * found:.3g} % of the rows by itself" if found else ""


def _certain(column: np.ndarray, classes: np.ndarray, ordered: bool) -> float:
    """Give how often a column tells the class, if that is as good as always."""
    found = _neighbours(column, classes, ordered)
    chance = float(np.sum((np.bincount(classes) / max(1, len(classes))) ** 2))
    if found is None or found[1] < _FEWEST or chance > 0.9999:
        return 0.0
    return found[0] if (found[0] - chance) / (1 - chance) >= _CERTAIN else 0.0


def _neighbours(column: np.ndarray, classes: np.ndarray, ordered: bool) -> tuple[float, int] | None:
    """Give how often neighbours in a column share their class, and of how many pairs."""
    if len(column) < 2:
        return None
    # Rows come shuffled, so that equal values have no order of the file's.
    order = np.argsort(column, kind="stable")
    column, classes = column[order], classes[order]
    same = classes[:-1] == classes[1:]
    if not ordered:
        same = same[column[:-1] == column[1:]]
        return (float(same.mean()), len(same)) if len(same) else None
    # Between the classes' ranges one pair each must differ; the others tell.
    telling = len(same) - (len(np.unique(classes)) - 1)
    return (min(1.0, float(same.sum()) / telling), telling) if telling > 0 else None


def _of_amounts(column: Any, target: np.ndarray, empty: np.ndarray, ordered: bool) -> str:
    column, target = column[~empty], target[~empty]
    if len(target) < _FEWEST or np.ptp(target) == 0:
        return ""
    if ordered:
        pandas = need("pandas", "Reading a table")
        ranks = pandas.DataFrame({"column": column, "target": target}).rank()
        if abs(ranks["column"].corr(ranks["target"])) >= _SAME_ORDER:
            return "has the same order as the target"
        return ""
    counts = np.bincount(column)
    repeated = counts[column] > 1
    if repeated.mean() < 0.5:
        return ""
    means = np.bincount(column, target) / np.maximum(counts, 1)
    left = np.mean((target - means[column])[repeated] ** 2) / np.var(target[repeated])
    return "has one value for each of the target's" if left < _SAME_GROUP else ""
