"""Networks of different folds made alike, so that one compiled program trains them all.

What the program must not know is kept out of it: means and spreads of the rows are taken off
before, categories get as many numbers as in the fold with the most, and each network takes as
many rows as the one with the fewest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from kerata.workbench.core.task import Task
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.networks.amounts import LOSSES
from kerata.workbench.training.plan import Planned

# More rows than this share are not left out to save a compiled program.
_SPARED = 0.1


def of_one_size(plans: Sequence[Planned]) -> list[Planned]:
    """Let all networks of some plans take equally many rows, if few are left out by that.

    Networks are stopped by different rows, so that what one leaves out others learn from.

    Arguments:
        plans: of folds, or of one training of several networks.
    """
    sizes = [size for planned in plans for size in _sizes(planned)]
    fewest = tuple(min(size) for size in zip(*sizes, strict=True))
    most = tuple(max(size) for size in zip(*sizes, strict=True))
    if fewest == most or fewest[0] < (1 - _SPARED) * most[0]:
        return list(plans)
    taken = (fewest[0], fewest[1])
    return [replace(one, plan=replace(one.plan, taken=taken)) for one in plans]


def _sizes(planned: Planned) -> list[tuple[int, int]]:
    first = tuple(planned.rows[part] for part in ("train", "validation"))
    others = [(len(kept), len(out)) for kept, out in planned.plan.folds]
    return [(first[0], first[1]), *others]


def with_like_categories(plans: Sequence[Planned]) -> list[Planned]:
    """Give columns of categories as many numbers as in the plan with the most.

    Arguments:
        plans: of folds; those with other columns stay as they are.
    """
    widths = {len(planned.inputs.categories) for planned in plans}
    if len(widths) != 1 or widths == {0}:
        return list(plans)
    most = max(sum(planned.inputs.categories) for planned in plans)
    found = []
    for planned in plans:
        counts = planned.inputs.categories
        more = (*counts[:-1], counts[-1] + most - sum(counts))
        found.append(_built_from(planned, replace(planned.inputs, categories=more)))
    return found


@dataclass(frozen=True)
class Standard:
    """What is taken off the rows of a fold before its network sees them.

    Arguments:
        mean, spread: of each column of numbers; None where there are none.
        target_mean, target_scale: of a regression's target, or arrays of several.
    """

    mean: np.ndarray | None
    spread: np.ndarray | None
    target_mean: Any = 0.0
    target_scale: Any = 1.0

    def rows(self, x: Any) -> Any:
        """Give prepared rows without means and spreads."""
        if self.mean is None or self.spread is None:
            return x
        if isinstance(x, dict):
            return {**x, "numbers": self.rows(x["numbers"])}
        return ((np.asarray(x, np.float64) - self.mean) / self.spread).astype(np.float32)

    def targets(self, y: np.ndarray) -> np.ndarray:
        """Give targets without their mean and spread."""
        if self._keeps_targets:
            return y
        return ((y.astype(np.float64) - self.target_mean) / self.target_scale).astype(y.dtype)

    def answers(self, outputs: np.ndarray) -> np.ndarray:
        """Give answers in the target's units."""
        if self._keeps_targets:
            return outputs
        found = outputs.astype(np.float64) * self.target_scale + self.target_mean
        return found.astype(outputs.dtype)

    @property
    def _keeps_targets(self) -> bool:
        return bool(np.all(self.target_mean == 0) and np.all(self.target_scale == 1))


def standardized(planned: Planned, task: Task) -> tuple[Planned, Standard]:
    """Take means and spreads of numbers, and of a regression's target, off the rows themselves.

    A network does so by its layers, which hold them as constants.

    Arguments:
        planned: of Kerata's own network.
        task: what is predicted.

    Returns:
        The plan of a network for such rows, and what is to be done to rows and answers.
    """
    inputs = planned.inputs
    changed: dict[str, Any] = {}
    mean = spread = None
    if inputs.numbers:
        mean = np.asarray(inputs.mean, np.float64)
        spread = np.sqrt(np.maximum(np.asarray(inputs.variance, np.float64), 1e-14))
        changed = {"mean": (0.0,) * inputs.numbers, "variance": (1.0,) * inputs.numbers}
    target_mean: Any = 0.0
    target_scale: Any = 1.0
    amounts = planned.plan.build.keywords.get("loss") in LOSSES
    if task.parts:
        target_mean, target_scale = np.array(inputs.target_means), np.array(inputs.target_scales)
        count = len(task.parts)
        changed |= {"target_means": (0.0,) * count, "target_scales": (1.0,) * count}
    elif task.kind == "regression" and not amounts:
        target_mean, target_scale = inputs.target_mean, inputs.target_scale
        changed |= {"target_mean": 0.0, "target_scale": 1.0}
    other = _built_from(planned, replace(inputs, **changed))
    return other, Standard(mean, spread, target_mean, target_scale)


def _built_from(planned: Planned, inputs: Inputs) -> Planned:
    build = planned.plan.build
    other = partial(build.func, inputs, *build.args[1:], **build.keywords)
    return replace(planned, inputs=inputs, plan=replace(planned.plan, build=other))
