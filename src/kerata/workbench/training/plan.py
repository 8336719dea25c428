"""From a network's name and options to prepared rows and a plan for training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from kerata.workbench.features import Preparation
from kerata.workbench.features.choice import prepare
from kerata.workbench.features.preparation import Inputs
from kerata.workbench.features.rows import shorter_side
from kerata.workbench.networks import linear_solution
from kerata.workbench.networks.amounts import check_targets
from kerata.workbench.networks.recipes import recipe_for, with_options
from kerata.workbench.splitting.divide import Divided
from kerata.workbench.splitting.split import RANDOM, TIME, held_out, rule_for, strata_of
from kerata.workbench.splitting.targets import class_weights, with_targets
from kerata.workbench.training import ensemble
from kerata.workbench.training.loss_choice import LossChoice, choose_loss

# Preparations by their options, for those who train many networks on the same rows.
Prepared = dict[str, tuple[Preparation, dict[str, Any]]]


@dataclass(frozen=True)
class Planned:
    """A training that can begin.

    Attributes:
        network: the chosen network's name.
        preparation: learned from the training rows.
        x: prepared rows of ``'train'``, ``'validation'`` and ``'test'``.
        inputs: what a prepared row consists of, and how the training targets are spread.
        plan: how networks are built and trained.
        of_loss: which loss was chosen and why; '' where it is the usual one or was asked for.
        rows: how many there are of ``'train'``, ``'validation'`` and ``'test'``.
        solution: weights that are known already; None where the network is trained.
    """

    network: str
    preparation: Preparation
    x: dict[str, Any]
    inputs: Inputs
    plan: ensemble.TrainingPlan
    rows: dict[str, int]
    of_loss: str = ""
    solution: linear_solution.Solution | None = None


def plan_training(
    divided: Divided,
    network: str,
    options: Mapping[str, Any],
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    balance: bool = False,
    before: Prepared | None = None,
    choice: LossChoice | None = None,
) -> Planned:
    """Choose the recipe, prepare the rows, plan the training.

    Arguments:
        divided: the rows.
        network: name, ``'auto'`` or ``'module:function'``.
        options, epochs, batch_size, seed, balance: as for ``fit_source``.
        before: preparations that were made before with other options; this one is added.
        choice: of the loss, where it was made before.

    Raises:
        ValueError: an unknown network or option; a network for other data.
    """
    if epochs is not None and epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}.")
    rows = len(divided.rows["train"])
    side = shorter_side(divided.parts["train"])
    name, recipe = recipe_for(network, divided.kind, divided.task, rows, side)
    recipe, prepared = with_options(recipe, divided.kind, dict(options))
    if recipe.chooses_loss and "loss" not in recipe.options:
        choice = choose_loss(divided, seed) if choice is None else choice
    else:
        choice = LossChoice()
    if choice.loss:
        recipe = replace(recipe, options={**recipe.options, "loss": choice.loss})
    learned = [divided.targets[part] for part in ("train", "validation")]
    check_targets(recipe.options.get("loss"), divided.task, *learned)
    before = {} if before is None else before
    weights = class_weights(divided.task, divided.targets["train"]) if balance else None
    solution = None
    if recipe.solved and epochs is None and batch_size is None:
        prepared, solution = _solved(divided, prepared, before, weights)
    preparation, x = _prepared(divided, prepared, before)
    inputs = with_targets(preparation.inputs, divided.task, divided.targets["train"])
    batch = batch_size or recipe.batch_size or usual_batch(rows)
    if recipe.even and batch_size is None:
        batch = even_batch(rows, batch)
    epochs = epochs or recipe.epochs
    settings = dict(recipe.options)
    if recipe.scheduled:
        settings["steps"] = epochs * -(-rows // batch)
    plan = ensemble.TrainingPlan(
        build=partial(recipe.build, inputs, divided.task, **settings),
        epochs=epochs,
        batch_size=batch,
        patience=recipe.patience,
        members=recipe.members,
        seed=seed,
        class_weight=weights,
        solve=None if solution is None else partial(linear_solution.use, solution, inputs),
        folds=_folds(divided, recipe.members, seed) if recipe.crossed else (),
        linear=recipe.linear,
    )
    counts = {part: len(numbers) for part, numbers in divided.rows.items()}
    return Planned(name, preparation, x, inputs, plan, counts, choice.sentence, solution)


def _solved(
    divided: Divided,
    options: dict[str, Any],
    before: Prepared,
    class_weight: dict[int, float] | None,
) -> tuple[dict[str, Any], linear_solution.Solution | None]:
    """Solve a linear model with the preparation that suits the validation rows best.

    Numbers as they are, skewed ones by a quantile transform, or all of them: none is best for
    every table.
    """
    choices = [options]
    if divided.kind == "table" and "ranked" not in options:
        # The penalty looks after rare categories.
        choices = [{"least": 1, **options, "ranked": ranked} for ranked in (None, False, True)]

    def solved(choice: dict[str, Any], quick: bool) -> linear_solution.Solution:
        preparation, x = _prepared(divided, choice, before)
        targets = divided.targets
        return linear_solution.solve(
            preparation.inputs,
            divided.task,
            x["train"],
            targets["train"],
            (x["validation"], targets["validation"]),
            class_weight,
            quick,
        )

    different: list[dict[str, Any]] = []
    for choice in choices:
        preparation, x = _prepared(divided, choice, before)
        if not linear_solution.can_solve(preparation.inputs, len(divided.rows["train"])):
            return options, None
        others = (_prepared(divided, other, before)[1]["train"] for other in different)
        if not any(_same(x["train"], other) for other in others):
            different.append(choice)
    if len(different) > 1:
        different.sort(key=lambda choice: solved(choice, quick=True).score)
    return different[0], solved(different[0], quick=False)


def _same(one: Any, other: Any) -> bool:
    """Say whether two preparations made the same numbers of the training rows."""
    if not isinstance(one, dict) or "numbers" not in one:
        return True
    return np.array_equal(one["numbers"], other["numbers"])


def _folds(divided: Divided, members: int, seed: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Draw other rows that stop training for each network after the first.

    So the networks together learn from all rows that are not for the test; no row stops two
    networks as long as there are enough. Rows in time stay as they are: the latest ones stop each
    network.
    """
    rule = divided.rule
    if rule.kind == TIME:
        return ()
    parts = ("train", "validation")
    numbers = np.concatenate([divided.rows[part] for part in parts])
    strata = strata_of(np.concatenate([divided.targets[part] for part in parts]))
    wanted = len(divided.rows["validation"])
    every = np.arange(len(numbers))
    pool, found = every[:-wanted], []
    for member in range(1, members):
        if len(pool) <= wanted:
            pool = every
        mine = rule_for(rule, numbers[pool])
        kept, out = held_out(strata[pool], wanted / len(pool), seed + 1 + member, mine)
        if rule.kind == RANDOM:
            kept, out = _of_size(wanted, kept, out, seed)
        stopping, pool = pool[out], pool[kept]
        found.append((np.setdiff1d(every, stopping), stopping))
    return tuple(found)


def _of_size(
    wanted: int, kept: np.ndarray, out: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Move rows until as many are held out as for the first network.

    A draw may hold out one row more or less, and other numbers of rows need another program,
    which takes seconds to compile.
    """
    mixed = np.random.default_rng(seed).permutation(len(kept))
    more = max(wanted - len(out), 0)
    every = np.concatenate([kept[mixed[more:]], out[wanted:]])
    return np.sort(every), np.sort(np.concatenate([out[:wanted], kept[mixed[:more]]]))


def _prepared(
    divided: Divided, options: dict[str, Any], before: Prepared
) -> tuple[Preparation, dict[str, Any]]:
    key = json.dumps(options, sort_keys=True, default=str)
    if key not in before:
        train = divided.parts["train"]
        made = prepare(divided.kind, options, train, divided.task, divided.columns)
        before[key] = made, {part: made.transform(rows) for part, rows in divided.parts.items()}
    return before[key]


def usual_batch(rows: int) -> int:
    """Give the rows in a step: some hundred steps an epoch, from 16 to 256 rows each.

    >>> usual_batch(300), usual_batch(5_000), usual_batch(60_000)
    (16, 64, 256)
    """
    return int(2 ** np.clip(round(np.log2(max(rows, 1) / 100)), 4, 8))


def even_batch(rows: int, most: int) -> int:
    """Give a batch of at most so many rows that leaves no small remainder.

    >>> even_batch(42_500, 512), 42_500 % 512, 42_500 % 506
    (506, 4, 502)
    """
    return -(-rows // -(-rows // most))
