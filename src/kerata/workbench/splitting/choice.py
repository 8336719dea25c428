"""Which rule divides a table's rows: the one asked for, or what the table shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.workbench.core.target_names import Target, each_target
from kerata.workbench.splitting.groups import Groups, equal_rows, find_groups, read_groups
from kerata.workbench.splitting.split import GROUPS, TIME, SplitRule, check_places, strata_of
from kerata.workbench.splitting.time_order import TimeOrder, find_time, read_time

if TYPE_CHECKING:
    import pandas

# What stands for "at random, whatever the table shows".
AT_RANDOM = "random"


def choose_rule(
    frame: pandas.DataFrame,
    target: Target,
    encoded: np.ndarray,
    *,
    split_by: str | None = None,
    group: str | None = None,
    notes: list[str] | None = None,
) -> SplitRule:
    """Choose how the rows of a table are divided.

    Arguments:
        frame: the table, rows with a target only.
        target: name of the column to be predicted, or of several.
        encoded: its values ``(rows,)``, or ``(rows, k)`` of k labels or targets.
        split_by: column of dates or numbers along which rows are divided; ``'random'`` divides
            at random whatever the table shows.
        group: column of which no value may be on both sides.
        notes: gets sentences on what was seen but not acted on.

    Raises:
        ValueError: a column that is not there, can't be read as a time, or has fewer than
            three values; both rules at once.

    >>> import pandas
    >>> frame = pandas.DataFrame({"who": list("aabbccdd"), "y": range(8)})
    >>> choose_rule(frame, "y", np.arange(8.0), group="who").said
    "by whole groups of 'who'"
    """
    notes = [] if notes is None else notes
    targets = each_target(target)
    if split_by is not None and group is not None:
        raise ValueError(
            "Rows can be divided along time (split_by) or by groups (group), not by both at "
            "once: leave one of them out."
        )
    if split_by == AT_RANDOM and AT_RANDOM not in frame.columns:
        return SplitRule()
    if split_by is not None:
        return _along_time(frame, targets, split_by)
    if group is not None:
        _check_column(frame, targets, group)
        return _by_groups(read_groups(frame, group), asked=True)
    return _seen(frame, targets, encoded, notes)


def _along_time(frame: pandas.DataFrame, targets: tuple[str, ...], name: str) -> SplitRule:
    _check_column(frame, targets, name)
    order = read_time(frame, name)
    if order is None:
        cell = next((str(value) for value in frame[name].dropna()), "")
        raise ValueError(
            f"Column {name!r} holds neither dates nor numbers (such as {cell[:40]!r}), so rows "
            "can't be put in order of time by it."
        )
    lost = int(np.isnan(order.seconds).sum())
    if lost > len(frame) / 2:
        raise ValueError(f"Column {name!r} has no time in {lost:,} of {len(frame):,} rows.")
    rule = SplitRule(TIME, (name,), order.place, "", asked=True)
    check_places(rule)
    return rule


def _by_groups(groups: Groups, asked: bool = False) -> SplitRule:
    rule = SplitRule(GROUPS, (groups.column,), groups.place, groups.evidence, asked)
    check_places(rule)
    return rule


def _seen(
    frame: pandas.DataFrame, targets: tuple[str, ...], encoded: np.ndarray, notes: list[str]
) -> SplitRule:
    inputs = frame
    if len(targets) > 1:
        # What is to be predicted tells neither times nor groups.
        inputs, encoded = frame.drop(columns=list(targets[1:])), strata_of(encoded)
    order = find_time(inputs, targets[0], encoded)
    groups = find_groups(inputs, targets[0], encoded)
    if order is not None and order.strong and not (groups is not None and _subjects(order, groups)):
        return SplitRule(TIME, order.columns, order.place, _of_time(order))
    if groups is not None:
        return _by_groups(groups)
    if order is not None:
        named = " and ".join(repr(name) for name in order.columns)
        notes.append(
            f"Rows have times in {named} ({order.evidence}). They were divided at random; if the "
            f"network is to predict what comes later, --split-by {order.columns[0]} judges that."
        )
    place = equal_rows(frame)
    if place is not None:
        copies = len(place) - len(np.unique(place))
        rows = "1 row is a copy" if copies == 1 else f"{copies:,} rows are copies"
        notes.append(f"{rows} of others; copies are never on both sides of a split.")
        return SplitRule(GROUPS, (), place)
    return SplitRule()


def _subjects(order: TimeOrder, groups: Groups) -> bool:
    """Tell whether rows are subjects seen at some steps rather than series of dates."""
    return not order.dated or groups.column in order.columns


def _of_time(order: TimeOrder) -> str:
    named = " and ".join(repr(name) for name in order.columns)
    verb = "gives" if len(order.columns) == 1 else "give"
    return f"{named} {verb} {order.evidence}"


def _check_column(frame: pandas.DataFrame, targets: tuple[str, ...], name: str) -> None:
    names = [str(column) for column in frame.columns]
    if name not in names:
        raise ValueError(f"There is no column {name!r}. {did_you_mean(name, names)}")
    if name in targets:
        what = "the target" if len(targets) == 1 else "a target"
        raise ValueError(f"Column {name!r} is {what}: rows can't be divided by it.")
