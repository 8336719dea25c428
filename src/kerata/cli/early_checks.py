"""What a command can refuse before it reads any row: options first, then names of columns."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kerata.base.messages import did_you_mean, printable_errors
from kerata.cli.errors import UserError
from kerata.cli.request import NETWORKS, Request

# As the workbench reads it, without importing that.
_FOLDS = re.compile(r"(\d{1,9})(?:\s*[x*×]\s*(\d{1,9}))?")
TASKS = ("binary", "classes", "labels", "regression")


def check_numbers(request: Request) -> None:
    """Refuse numbers, tasks and names of networks that make no sense, without heavy imports.

    Raises:
        UserError: the first of them.
    """
    for flag, number in (("--epochs", request.epochs), ("--batch-size", request.batch_size)):
        if number is not None and number < 1:
            raise UserError(f"{flag} must be at least 1, got {number}.")
    check_folds(request.folds)
    if request.minutes is not None and not 0 < request.minutes < math.inf:
        raise UserError(f"--minutes must be above 0, got {request.minutes:g}.")
    if not 0 <= request.seed < 1 << 32:
        raise UserError(f"--seed takes a whole number from 0 to 4294967295, got {request.seed}.")
    if request.task is not None and request.task not in TASKS:
        raise UserError(f"Unknown task {request.task!r}. {did_you_mean(request.task, TASKS)}")
    if request.split_by is not None and request.group is not None:
        raise UserError(
            "Rows can be divided along time (--split-by) or by groups (--group), not by both at "
            "once: leave one of them out."
        )
    check_networks([request.network] if request.network else [])


def check_folds(folds: str | None) -> None:
    """Refuse what is no number of folds.

    Raises:
        UserError: it is not.
    """
    if folds is None:
        return
    found = _FOLDS.fullmatch(folds.strip())
    if found is None or int(found[1]) < 1 or (found[2] is not None and int(found[2]) < 1):
        raise UserError(
            "--folds takes 2 or more for a cross-validation, 1 for test rows that are held out "
            f"once, or folds times repeats, such as 5x2; got {folds!r}."
        )


def check_networks(names: Sequence[str]) -> None:
    """Refuse names that no network has.

    Raises:
        UserError: the first of them, with a suggestion.
    """
    known = ("auto", *NETWORKS)
    for name in names:
        if ":" not in name and name not in known:
            raise UserError(
                f"Unknown network {name!r}. {did_you_mean(name, known)} "
                "A function of your own is named module:function."
            )


def check_table(
    request: Request, columns: Mapping[str, str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Refuse options that the network can't take and columns that the header does not name.

    Returns:
        The options as the network takes them.

    Raises:
        ValueError: the first of them, with a suggestion.
    """
    # The lightest first: who mistyped a column waits for no network.
    from kerata.workbench.data.header import column_names
    from kerata.workbench.data.schema import check_kind

    for name, kind in columns.items():
        check_kind(name, kind)
    _check_names(request, columns, column_names)

    from kerata.workbench.networks.catalogue import checked_options

    return checked_options(request.network or "auto", options)


def _check_names(
    request: Request,
    columns: Mapping[str, str],
    column_names: Callable[[str, str | None], list[str] | None],
) -> None:
    from kerata.workbench.core.target_names import each_target, named_targets

    with printable_errors():
        names = column_names(request.source, request.target)
        if names is None:
            return
        targets: tuple[str, ...] = ()
        if request.target is not None:
            targets = each_target(named_targets(request.target, names, request.source, "--target"))
        asked: dict[str, str | None] = {"--group": request.group}
        if request.split_by != "random":
            asked["--split-by"] = request.split_by
        for flag, asked_for in asked.items():
            if asked_for is None:
                continue
            if asked_for not in names:
                raise ValueError(
                    f"{request.source} has no column {asked_for!r} ({flag}). "
                    f"{did_you_mean(asked_for, names)}"
                )
            if asked_for in targets:
                what = "the target" if len(targets) == 1 else "a target"
                raise ValueError(
                    f"Column {asked_for!r} is {what}: rows can't be divided by it ({flag})."
                )
        for name in columns:
            if name not in names:
                raise ValueError(f"There is no column {name!r}. {did_you_mean(name, names)}")
