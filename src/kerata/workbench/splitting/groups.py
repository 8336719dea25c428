"""Tables with several rows of one subject: patients, firms, plants measured again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.splitting.time_order import _STEP_NAME

if TYPE_CHECKING:
    import pandas

# A column so called may name subjects.
_SUBJECT_NAME = re.compile(
    r"(?i)(?:.*[_\-. ])?(?:subj(?:ect)?s?|patients?|persons?|people|participants?|probands?|"
    r"students?|pupils?|child(?:ren)?|kids?|infants?|bab(?:y|ies)|animals?|mouse|mice|rats?|chicks?|"
    r"dogs?|cats?|cows?|pigs?|birds?|fish|users?|customers?|clients?|members?|households?|famil(?:y|ies)|"
    r"donors?|speakers?|writers?|players?|drivers?|workers?|employees?|respondents?|raters?|"
    r"devices?|machines?|engines?|sensors?|plants?|trees?|plots?|firms?|compan(?:y|ies)|groups?|"
    r"clusters?|broods?|herds?|litters?|nests?|cages?|batch(?:es)?|nr|ids?|hh_?id|case|patientin|kunden?|sujet|[a-z]*_?id)"
    r"(?:[_\-. ]?(?:no|nr|id|num|number|code|name))?"
)
_FEWEST_GROUPS = 5
# Rows a group on average; share of the rows that share their group; share of the largest.
_ROWS_EACH, _TOGETHER, _LARGEST = 2.0, 0.8, 0.26
# Fewer names of subjects may as well be a category that matters.
_FEWEST_SUBJECTS = 10
# Share of the groups in which a column is constant; of the steps that each group has.
_CONSTANT, _COVERED = 0.99, 0.7
_MOST_ROWS = 200_000


@dataclass(frozen=True)
class Groups:
    """A column whose values name subjects of several rows each.

    Arguments:
        column: its name.
        place: int ``(rows,)``, number of the group; a row without one is a group of its own.
        evidence: in words; '' if none was looked for.
        strong: whether the evidence is enough to divide the rows by it unasked.
    """

    column: str
    place: np.ndarray
    evidence: str = ""
    strong: bool = False


def read_groups(frame: pandas.DataFrame, name: str) -> Groups:
    """Number the groups that a column names.

    Arguments:
        frame: the table.
        name: a column of it.

    >>> import pandas
    >>> read_groups(pandas.DataFrame({"who": ["a", "b", "a", None]}), "who").place
    array([0, 1, 0, 2])
    """
    pandas = need("pandas", "Reading a table")
    codes = pandas.factorize(frame[name])[0]
    alone = codes < 0
    codes = codes.astype(np.int64)
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return Groups(name, codes)


def find_groups(frame: pandas.DataFrame, target: str, encoded: np.ndarray) -> Groups | None:
    """Find the column whose repeated values name subjects.

    It counts if other columns stay the same for each subject, if each subject was seen at the
    same steps, or if it is named like subjects and its rows have targets that are alike.

    Arguments:
        frame: the table.
        target: name of the column to be predicted, which is not looked at as a group.
        encoded: targets ``(rows,)`` or ``(rows, labels)``.

    Returns:
        The groups with the strongest evidence; None if there are none.
    """
    names = [str(name) for name in frame.columns if str(name) != target]
    some = frame if len(frame) <= _MOST_ROWS else frame.iloc[:_MOST_ROWS]
    codes = {name: _codes(some[name]) for name in names}
    best: tuple[tuple[int, int], Groups] | None = None
    for name in names:
        if not _may_be_groups(some[name], codes[name]):
            continue
        found = _judged(some, name, codes, encoded[: len(some)])
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    if best is None:
        return None
    groups = best[1]
    return Groups(groups.column, read_groups(frame, groups.column).place, groups.evidence, True)


def equal_rows(frame: pandas.DataFrame) -> np.ndarray | None:
    """Number rows so that equal ones have one number; None if equal rows may be chance.

    Rows that agree in all columns are copies only where that many values can't agree by chance:
    the chance that two rows agree is the product of the chances of their columns.

    Arguments:
        frame: the table with its target.
    """
    pandas = need("pandas", "Reading a table")
    copies = frame.duplicated(keep=False).to_numpy(bool)
    if not copies.any():
        return None
    log_chance = 0.0
    for name in frame.columns:
        shares = frame[name].value_counts(normalize=True, dropna=False).to_numpy(float)
        log_chance += float(np.log(np.sum(shares**2)))
    expected = len(frame) ** 2 / 2 * np.exp(log_chance)
    pairs = int(copies.sum()) / 2
    # Columns hang together, so that chance makes far more equal rows than this product says.
    if pairs < 1000 * expected or expected > 0.5:
        return None
    hashes = pandas.util.hash_pandas_object(frame, index=False).to_numpy()
    return np.unique(hashes, return_inverse=True)[1]


def _codes(series: pandas.Series) -> np.ndarray:
    pandas = need("pandas", "Reading a table")
    return pandas.factorize(series)[0]


def _may_be_groups(series: pandas.Series, codes: np.ndarray) -> bool:
    if series.dtype.kind == "f":
        present = series.dropna().to_numpy()
        if not np.all(present == np.round(present)):
            return False
    if (codes < 0).mean() > 0.05:
        return False
    sizes = np.bincount(codes[codes >= 0])
    rows = sizes.sum()
    return bool(
        len(sizes) >= _FEWEST_GROUPS
        and rows >= _ROWS_EACH * len(sizes)
        and sizes[sizes > 1].sum() >= _TOGETHER * rows
        and sizes.max() <= _LARGEST * rows
    )


def _judged(
    frame: pandas.DataFrame, name: str, codes: dict[str, np.ndarray], encoded: np.ndarray
) -> tuple[tuple[int, int], Groups] | None:
    group = codes[name]
    count = int(group.max()) + 1
    named = bool(_SUBJECT_NAME.fullmatch(name))
    words = frame[name].dtype.kind not in "iuf"
    constant = [
        other
        for other, values in codes.items()
        if other != name
        and 2 <= int(values.max()) + 1 < count
        and _constant_share(group, values, count) >= _CONSTANT
    ]
    amounts = [
        other
        for other in constant
        if frame[other].dtype.kind in "iuf" and int(codes[other].max()) + 1 >= 5
    ]
    steps = _same_steps(frame, name, group, count, codes)
    series = steps is not None and (named or words or bool(constant) or _is_step(steps))
    if steps is not None and not named and not constant and _is_step(name):
        # Years seen in each country are not the subjects.
        series = False
    subjects = named and count >= _FEWEST_SUBJECTS
    sizes = np.bincount(group[group >= 0])
    balanced = subjects and bool((sizes == sizes[0]).mean() > 0.9)
    like = subjects and _targets_alike(group, encoded)
    if not (amounts or (named and constant) or series or balanced or like):
        return None
    if not named and not series and not words:
        # Amounts of one thing fix others (a size its price list) without naming subjects.
        return None
    strength = (2 * named + 2 * bool(series) + bool(amounts) + bool(constant), count)
    said = f"{name!r} repeats ({count:,} values in {len(group):,} rows)"
    if constant:
        shown = ", ".join(repr(other) for other in constant[:3])
        more = f" and {len(constant) - 3} more" if len(constant) > 3 else ""
        verb = "stays" if len(constant) == 1 else "stay"
        said += f" and {shown}{more} {verb} the same for each of them"
    elif steps is not None and series:
        said += f", each seen at the same values of {steps!r}"
    elif balanced:
        said += f", each in {int(sizes[0])} rows"
    else:
        said += ", and rows that share it have targets that are alike"
    return strength, Groups(name, group, said, True)


def _constant_share(group: np.ndarray, values: np.ndarray, count: int) -> float:
    """Give the share of groups of several rows in which a column has one value."""
    kept = group >= 0
    group, values = group[kept], values[kept]
    low = np.full(count, np.iinfo(np.int64).max)
    high = np.full(count, -2)
    np.minimum.at(low, group, values)
    np.maximum.at(high, group, values)
    several = np.bincount(group, minlength=count) > 1
    return float((low == high)[several].mean()) if several.any() else 0.0


def _is_step(name: str) -> bool:
    return bool(_STEP_NAME.fullmatch(name))


def _same_steps(
    frame: pandas.DataFrame, name: str, group: np.ndarray, count: int, codes: dict[str, np.ndarray]
) -> str | None:
    """Find a column of which each group has about the same values, each once."""
    best = None
    for other, values in codes.items():
        size = int(values.max()) + 1
        if other == name or size < 3 or size > len(values) / 3 or (values < 0).any():
            continue
        if frame[other].dtype.kind not in "iufM" and not _is_step(other):
            continue
        pairs = np.unique(group.astype(np.int64) * size + values)
        covered = len(values) / (count * size)
        if len(pairs) == len(values) and covered >= _COVERED and (best is None or _is_step(other)):
            best = other
    return best


def _targets_alike(group: np.ndarray, encoded: np.ndarray) -> bool:
    """Test whether targets vary less within groups than they would by chance."""
    if encoded.ndim > 1:
        encoded = encoded.sum(axis=1)
    kept = group >= 0
    group, values = group[kept], encoded[kept]
    if encoded.dtype.kind == "f":
        columns = [np.argsort(np.argsort(values)).astype(float)]
    else:
        columns = [(values == one).astype(float) for one in np.unique(values)[:20]]
    sizes = np.bincount(group)
    generator = np.random.default_rng(0)

    def between(numbers: np.ndarray) -> float:
        total = 0.0
        for column in columns:
            sums = np.bincount(numbers, column, minlength=len(sizes))
            total += float(np.sum(sums**2 / np.maximum(sizes, 1)))
        return total

    mine = between(group)
    by_chance = np.array([between(generator.permutation(group)) for _ in range(60)])
    spread = float(by_chance.std()) or 1e-12
    # A normal tail: four deviations are past what chance reaches.
    return (mine - float(by_chance.mean())) / spread > 4
