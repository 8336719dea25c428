"""Comparison of forecasts from the same origins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerata.workbench.core.extras import need
from kerata.workbench.core.wording import counted
from kerata.workbench.forecasting.origins import origin_interval
from kerata.workbench.runs.paired_tests import Comparison, Pair, chance_of_interval, holm
from kerata.workbench.runs.run import ANSWERS, Run

_FEWEST = 3
_KEYS = ["series", "origin", "step"]


def compare_forecasts(runs: Sequence[Run]) -> Comparison:
    """Compare forecasts by their absolute errors, pair by pair: same series, origin and step.

    Origins less than a horizon apart share true values; ``origin_interval`` counts them as alike.

    Arguments:
        runs: at least two forecasts of the same target on the same data.

    Raises:
        ValueError: other times or series, fewer than 3 shared origins, a damaged file.
    """
    first = runs[0]
    for run in runs[1:]:
        for part in ("time", "group", "step"):
            one, other = (each.record["forecast"][part] for each in (first, run))
            if one != other:
                raise ValueError(
                    f"{first.name!r} and {run.name!r} forecast different series: their {part} is "
                    f"{one!r} and {other!r}."
                )
    errors = _errors(runs)
    origins = np.unique(errors["origin"].to_numpy(), return_inverse=True)[1]
    count = int(origins.max()) + 1 if len(origins) else 0
    if count < _FEWEST:
        raise ValueError(
            f"The forecasts share {counted(count, 'origin')}, too few: train them with horizons "
            "and test shares that are alike."
        )
    horizon = int(errors["step"].max())
    values = [errors[f"error_{place}"].to_numpy() for place in range(len(runs))]
    order = sorted(range(len(runs)), key=lambda place: float(values[place].mean()))
    best = values[order[0]]
    gains = [origin_interval(values[place] - best, origins, horizon) for place in order[1:]]
    chances = holm([chance_of_interval(*gain) for gain in gains])
    pairs = [Pair(runs[order[0]].name, float(best.mean()), 0.0, (0.0, 0.0), 1.0)]
    for place, (gain, interval), p in zip(order[1:], gains, chances, strict=True):
        pairs.append(Pair(runs[place].name, float(values[place].mean()), gain, interval, p))
    many = ", raised for their number (Holm)" if len(pairs) > 2 else ""
    ahead = "1 step" if horizon == 1 else f"1 to {horizon:,} steps"
    how = (
        f"On {len(errors):,} forecasts from {count:,} origins that all have, {ahead} ahead; "
        "origins that overlap count as alike (Newey and West, as in the verdict), and p is of that "
        f"interval, each against the best{many}."
    )
    return Comparison(tuple(pairs), len(errors), how)


def _errors(runs: Sequence[Run]) -> Any:
    """Give absolute errors of the forecasts that all runs made, a column for each run."""
    pandas = need("pandas", "Comparing forecasts")
    found: Any = None
    for place, run in enumerate(runs):
        answers = run.answers()
        try:
            table = pandas.DataFrame(
                {
                    "series": answers.get("series", [""] * len(answers["row"])),
                    "origin": _in_order(answers["origin"]),
                    "step": [int(step) for step in answers["step"]],
                    f"error_{place}": np.abs(
                        np.array(answers["truth"], float) - np.array(answers["prediction"], float)
                    ),
                }
            )
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"{run.path / ANSWERS} is damaged ({error}): train it again."
            ) from None
        found = table if found is None else found.merge(table, on=_KEYS)
    return found.sort_values(_KEYS, ignore_index=True)


def _in_order(cells: list[str]) -> list[Any]:
    """Give origins as what is in order: numbers, or dates as they are written."""
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return cells
