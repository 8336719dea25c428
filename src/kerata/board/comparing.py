"""Runs beside each other: the paired test, then what they were asked for differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerata.board.details import settings
from kerata.workbench.evaluation.figures import figure
from kerata.workbench.runs.compare import compare_runs
from kerata.workbench.runs.paired_tests import Pair
from kerata.workbench.runs.run import Run


def comparison(runs: Sequence[Run]) -> dict[str, Any]:
    """Compare runs by a paired test on the rows that all have, and list how they differ.

    Where they can't be compared the reason stands in ``refused``, and the settings are there.
    """
    found: dict[str, Any] = {"differences": differences(runs), "names": [run.name for run in runs]}
    try:
        compared = compare_runs(runs)
    except ValueError as error:
        return found | {"refused": str(error)}
    task, pairs = runs[0].task, compared.pairs

    def between(pair: Pair) -> str:
        return " to ".join(figure(end, task) for end in pair.interval)

    return found | {
        "how": compared.how,
        "pairs": [
            {
                "name": pair.name,
                "shown": figure(pair.value, task),
                "behind": "" if place == 0 else figure(pair.gain, task),
                "between": "" if place == 0 else between(pair),
                "p": None if place == 0 else pair.p,
            }
            for place, pair in enumerate(pairs)
        ],
    }


def differences(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Give the settings that are not the same for all, each with its values in order."""
    every = [settings(run) for run in runs]
    names = list(dict.fromkeys(name for one in every for name in one))
    return [
        {"name": name, "values": [one.get(name, "") for one in every]}
        for name in names
        if len({one.get(name, "") for one in every}) > 1
    ]
