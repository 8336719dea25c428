"""What rows depend on each other, as the rule by which they were divided tells."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.result import Split
from kerata.workbench.data.containers import Table
from kerata.workbench.splitting.groups import read_groups
from kerata.workbench.splitting.split import GROUPS, RANDOM, TIME, SplitRule
from kerata.workbench.splitting.time_order import read_times


def dependence_of_test(
    rule: SplitRule, rows: np.ndarray, test: Any, *, official: bool
) -> Dependence:
    """Say which test rows depend on each other.

    Arguments:
        rule: by which rows were divided.
        rows: numbers of the test rows.
        test: the rows themselves.
        official: whether they are a test set of their own, whose rows the rule does not know.
    """
    if rule.place is None or official:
        return dependence_by(rule.summary, test)
    return Dependence(rule.kind, rule.place[rows])


def dependence_by(split: Split, data: Any) -> Dependence:
    """Say which of other rows depend on each other, by the columns of a split.

    Arguments:
        split: how the rows that a network was trained on were divided.
        data: rows as they were read; without these columns they count as independent.

    >>> import pandas
    >>> visits = Table(pandas.DataFrame({"who": ["a", "b", "a"]}))
    >>> dependence_by(Split("groups", ("who",)), visits).place
    array([0, 1, 0])
    """
    if split.kind == RANDOM or not split.columns or not isinstance(data, Table):
        return Dependence()
    if any(name not in data.frame.columns for name in split.columns):
        return Dependence()
    if split.kind == GROUPS:
        return Dependence(GROUPS, read_groups(data.frame, split.columns[0]).place)
    order = read_times(data.frame, split.columns)
    return Dependence() if order is None else Dependence(TIME, order.place)
