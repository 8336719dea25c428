"""From a source to a trained, judged network, in one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kerata.workbench import baselines, measures, members
from kerata.workbench.baselines import Baseline
from kerata.workbench.columns import Column, infer_columns
from kerata.workbench.networks.recipes import recipe_for, with_options
from kerata.workbench.preparation import Preparation
from kerata.workbench.preparation.choice import prepare, prepared_kind
from kerata.workbench.preparation.rows import target_values
from kerata.workbench.reading.parts import Source, Table
from kerata.workbench.targets import (
    choose_and_clean,
    class_weights,
    find_target,
    imbalance,
    split_source,
    with_targets,
)
from kerata.workbench.task import Task


@dataclass
class Trained:
    """A trained network and all that is known about it.

    Attributes:
        model: the network with its best weights.
        preparation: what turns raw rows into its inputs.
        task: what it predicts.
        columns: what was made of each column; None for texts and images.
        network: the network's name.
        history: losses and metrics, a list for each with a number an epoch.
        best_epoch: whose weights were kept, from 1.
        rows: row numbers of ``'train'``, ``'validation'`` and ``'test'``; those of the test
            count in the official test set where there is one.
        train, validation, test: the rows as they were read.
        truth: targets of the test rows, encoded.
        outputs: probabilities ``(n,)`` of the second of two classes, ``(n, k)`` of several
            classes or labels, or values ``(n,)``, for the test rows.
        metrics: figures on the test rows, the main one first.
        interval: of the main figure, with 95 % confidence.
        baselines: what the network must beat, and by how much it does.
        config: all that another run of the same needs.
        seconds: time of the parts.
        notes: what was done and what is odd, a sentence each.
        fingerprint: SHA-256 of the source's content.
    """

    model: Any
    preparation: Preparation
    task: Task
    columns: list[Column] | None
    network: str
    history: dict[str, list[float]]
    best_epoch: int
    rows: dict[str, np.ndarray]
    train: Any
    validation: Any
    test: Any
    truth: np.ndarray
    outputs: np.ndarray
    metrics: dict[str, float]
    interval: tuple[float, float]
    baselines: list[Baseline]
    config: dict[str, Any]
    seconds: dict[str, float]
    notes: list[str]
    fingerprint: str

    def predict(self, data: Any) -> np.ndarray:
        """Give probabilities or values for raw rows, as in ``outputs``."""
        return members.outputs_of(self.model, self.preparation.transform(data), self.task)


Tell = Callable[[str, Any], None]


def fit_source(
    source: Source,
    *,
    target: str | None = None,
    task: str | None = None,
    network: str = "auto",
    columns: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    test_share: float = 0.2,
    validation_share: float = 0.15,
    balance: bool = False,
    with_baselines: bool = True,
    watch: Sequence[Any] = (),
    on_event: Tell | None = None,
) -> Trained:
    """Train a network on a source and judge it on rows that it never saw.

    Rows are split, preparation is learned from the training rows, baselines are trained, then
    the network, which is stopped by validation rows and keeps its best epoch. Ctrl-C ends
    training and keeps the best epoch so far.

    Arguments:
        source: what ``read_source`` gave.
        target: column to predict; the source's own by default.
        task: ``'binary'``, ``'classes'``, ``'labels'`` or ``'regression'`` instead of what
            the target looks like.
        network: name, ``'auto'`` or ``'module:function'``.
        columns: kinds of columns, ``{"zip": "category", "id": "drop"}``.
        options: of the network (``units``, ``learning_rate``, ...), of the preparation
            (``ranked``, ``ngrams``, ...) and of training (``patience``, ``members``).
        epochs: at most so many; the network's usual number by default.
        batch_size: rows in a step; goes by the number of rows by default.
        seed: decides splits, first weights and orders of rows.
        test_share: of all rows, unless the source has an official test set.
        validation_share: of the rows that are not for the test.
        balance: whether rare classes weigh as much as frequent ones.
        with_baselines: whether baselines are computed.
        watch: callbacks for the network's training.
        on_event: called with a name and a value as things become known: ``'columns'``,
            ``'task'``, ``'rows'``, ``'preparation'``, ``'baseline'``, ``'network'``, and
            ``'member'`` after each further network of several.

    Raises:
        ValueError: a target that is not there, too few rows, one class only, and other data
            or names that make no sense, in a sentence that says why.
        KeyboardInterrupt: Ctrl-C before the end of the first epoch.
    """
    tell: Tell = on_event or (lambda name, value: None)
    began = time.perf_counter()
    clock: dict[str, float] = {}
    for name, share in (("test_share", test_share), ("validation_share", validation_share)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {share}.")
    if epochs is not None and epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}.")
    notes = list(source.notes)
    target = find_target(source, target)
    found = None
    if isinstance(source.train, Table):
        found = infer_columns(source.train.frame, target, dict(columns or {}))
        tell("columns", found)
    chosen, data = choose_and_clean(source.train, target, task, notes)
    tell("task", chosen)
    encoded = chosen.encode(target_values(data, target) or [])
    parts, targets, rows = split_source(
        source, data, encoded, chosen, test_share, validation_share, seed
    )
    notes += imbalance(chosen, targets["train"])
    tell("rows", {name: len(numbers) for name, numbers in rows.items()})

    kind = prepared_kind(source.kind, found)
    name, recipe = recipe_for(network, kind, chosen, len(rows["train"]))
    recipe, prepared = with_options(recipe, kind, dict(options or {}))
    preparation = prepare(kind, prepared, parts["train"], chosen, found)
    x = {part: preparation.transform(parts[part]) for part in parts}
    tell("preparation", preparation)
    notes += preparation.notes
    clock["preparation"] = time.perf_counter() - began

    inputs = with_targets(preparation.inputs, chosen, targets["train"])
    batch = batch_size or recipe.batch_size or usual_batch(len(rows["train"]))
    simple: list[tuple[Baseline, np.ndarray]] = []
    if with_baselines:
        began = time.perf_counter()
        simple.append(baselines.constant(chosen, targets))
        tell("baseline", simple[0][0])
        if name != "linear":
            given = x, inputs
            if inputs.length:
                given = baselines.bags_of(parts, chosen, found, targets)
            simple.append(baselines.linear(chosen, *given, targets, batch, seed))
            tell("baseline", simple[1][0])
        clock["baselines"] = time.perf_counter() - began

    began = time.perf_counter()
    epochs = epochs or recipe.epochs
    settings = dict(recipe.options)
    if recipe.scheduled:
        settings["steps"] = epochs * -(-len(rows["train"]) // batch)
    plan = members.Plan(
        build=partial(recipe.build, inputs, chosen, **settings),
        epochs=epochs,
        batch_size=batch,
        patience=recipe.patience,
        members=recipe.members,
        seed=seed,
        class_weight=class_weights(chosen, targets["train"]) if balance else None,
    )
    tell("network", {"name": name, "epochs": epochs, "members": plan.members, "inputs": inputs})
    outcome = members.train(
        plan, x["train"], targets["train"], (x["validation"], targets["validation"]), watch, tell
    )
    clock["training"] = time.perf_counter() - began
    if outcome.interrupted:
        notes.append(
            f"Interrupted after {len(outcome.history['loss'])} epochs; the best one was kept."
        )
    if outcome.members > 1:
        notes.append(
            f"The answers of {outcome.members} networks with different first weights are "
            "averaged; the curves are those of the first."
        )

    outputs = members.outputs_of(outcome.model, x["test"], chosen)
    truth = targets["test"]
    values = measures.row_values(chosen, truth, outputs)
    return Trained(
        model=outcome.model,
        preparation=preparation,
        task=chosen,
        columns=found,
        network=name,
        history=outcome.history,
        best_epoch=outcome.best_epoch,
        rows=rows,
        **parts,
        truth=truth,
        outputs=outputs,
        metrics=measures.figures(chosen, truth, outputs),
        interval=measures.interval_of(chosen, values),
        baselines=[
            baselines.compared(baseline, chosen, truth, theirs, outputs)
            for baseline, theirs in simple
        ],
        config={
            "source": source.name,
            "target": target,
            "task": task,
            "network": network,
            "columns": dict(columns or {}),
            "options": dict(options or {}),
            "epochs": epochs,
            "batch_size": batch,
            "seed": seed,
            "test_share": test_share,
            "validation_share": validation_share,
            "balance": balance,
        },
        seconds=clock,
        notes=notes,
        fingerprint=source.fingerprint,
    )


def usual_batch(rows: int) -> int:
    """Give the rows in a step: some hundred steps an epoch, from 16 to 256 rows each.

    >>> usual_batch(300), usual_batch(5_000), usual_batch(60_000)
    (16, 64, 256)
    """
    return int(2 ** np.clip(round(np.log2(max(rows, 1) / 100)), 4, 8))
