"""From a source to a trained, evaluated network, in one call."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kerata.training.interrupt import counted_interrupts
from kerata.workbench.core import metrics
from kerata.workbench.core.comparison import compared, results_by_target
from kerata.workbench.core.result import Baseline, OnEvent, Trained, outputs_of
from kerata.workbench.core.target_names import Wanted
from kerata.workbench.core.wording import counted
from kerata.workbench.data.containers import Source
from kerata.workbench.diagnosis.context import OUT_OF_FOLD
from kerata.workbench.diagnosis.trained import diagnose_prepared, skipped, terms_of
from kerata.workbench.explain.trained_network import TrainedNetwork
from kerata.workbench.networks.catalogue import checked_options
from kerata.workbench.splitting.dependent_rows import dependence_of_test
from kerata.workbench.splitting.divide import divide, with_test_rows
from kerata.workbench.splitting.folds import Folding, deal_source, read_folding
from kerata.workbench.splitting.split import TIME
from kerata.workbench.splitting.targets import imbalance
from kerata.workbench.training import alike, baselines, ensemble
from kerata.workbench.training.certainty import HeldBack, certainty_of
from kerata.workbench.training.cross_validation import OutOfFold, cross_validated
from kerata.workbench.training.plan import Prepared, plan_training
from kerata.workbench.training.thresholds import Wish, check_two_classes
from kerata.workbench.training.time_limit import BASELINES, NETWORKS, TimeLimit

# Of all rows, where test rows are held out once.
TEST_SHARE, ONCE = 0.2, Folding(1)


def fit_source(
    source: Source,
    *,
    target: Wanted | None = None,
    task: str | None = None,
    network: str = "auto",
    columns: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    test_share: float | None = None,
    validation_share: float = 0.15,
    split_by: str | None = None,
    group: str | None = None,
    balance: bool = False,
    cost: Mapping[str, float] | None = None,
    recall: float | None = None,
    precision: float | None = None,
    minutes: float | TimeLimit | None = None,
    with_baselines: bool = True,
    with_diagnosis: bool = False,
    folds: int | str | None = None,
    watch: Sequence[Any] = (),
    on_event: OnEvent | None = None,
) -> Trained:
    """Train a network on a source and judge it on rows that it never saw.

    Rows are split, preparation is learned from the training rows, baselines are trained, then
    the network, which is stopped by validation rows and keeps its best epoch. Ctrl-C ends
    training and keeps the best epoch so far; once more, it skips the diagnosis.

    Arguments:
        source: rows and target, as ``read_source`` returns them.
        target: column to predict, or several columns of amounts (a list, or names with commas
            between them), which one network learns together; the source's own by default.
        task: ``'binary'``, ``'classes'``, ``'labels'`` or ``'regression'``; inferred from the
            target's values by default.
        network: name, ``'auto'`` or ``'module:function'``.
        columns: kinds of columns, ``{"zip": "category", "id": "drop"}``; inferred by default.
        options: of the network (``units``, ``learning_rate``, ...), of the preparation
            (``ranked``, ``ngrams``, ...) and of training (``patience``, ``members``).
        epochs: upper limit; the network's usual number by default.
        batch_size: rows in a step; depends on the number of rows by default.
        seed: integer that decides splits, initial weights and the order of rows.
        test_share: fraction of all rows that are held out once, 0.2 by default, unless the
            source has an official test set. Where it is given there are no folds.
        validation_share: fraction of the rows that are not test rows.
        split_by: column of dates or numbers: the network learns from earlier rows and is
            judged on the latest. Chosen by default for tables with one row a day, a month, a
            step; ``'random'`` divides at random whatever the table shows.
        group: column of which no value is on both sides of a split. Chosen by default where a
            column names subjects of several rows each.
        balance: whether classes are weighted inversely to their frequency.
        cost, recall, precision: one of them chooses the probability above which the second of
            two classes is the answer, by rows that were held back: what a false alarm and a missed
            row cost, ``{"fp": 1, "fn": 20}``, or the share that shall be found, or be right.
        minutes: in which all shall be done, from now on or from when a ``TimeLimit`` was made:
            there are fewer epochs, networks and baselines if need be, and no diagnosis; at least
            one epoch is finished. No limit by default.
        with_baselines: whether baselines are trained.
        with_diagnosis: whether ``diagnose`` examines rows and network.
        folds: 2 or more: each row is judged by a network and baselines that learned from no
            row of its fold, and the network that is kept learns from all rows; ``'5x2'`` deals
            rows into 5 folds twice. Of rows in time so many blocks are judged, each by what came
            before it. 1 holds test rows out once. By default tables of fewer than 500 rows are
            judged by 5 folds, those of fewer than 150 by 5x2.
        watch: callbacks for the network's training.
        on_event: function of a name and a value, called at ``'few'`` (a sentence, where rows
            are so few that folds judge), ``'columns'``, ``'task'``, ``'split'`` (the
            ``SplitRule``), ``'rows'``, ``'preparation'``, ``'baseline'``, ``'folds'`` (a
            dictionary, before the first) and ``'fold'`` (one after each),
            ``'network'``, ``'member'`` (after each further network of several), ``'trained'``
            (with the ``Trained``) and ``'diagnosis'`` (before it is made).

    Returns:
        A ``Trained``: model, preparation, history, and for the n test rows predictions of
        shape ``(n,)``, or ``(n, k)`` for k classes, labels or targets.

    Raises:
        ValueError: a missing target, too few rows, a single class, or another argument or
            value that makes no sense; the message says which.
        KeyboardInterrupt: Ctrl-C before the end of the first epoch.

    >>> import pandas
    >>> from kerata.workbench import verdict_of
    >>> from kerata.workbench.data.containers import Source, Table
    >>> pears = pandas.DataFrame({"kg": [0.1, 0.2, 0.3, 0.2], "ripe": ["no", "no", "yes", "yes"]})
    >>> source = Source("pears", "table", Table(pandas.concat([pears] * 15)), target="ripe")
    >>> trained = fit_source(source, network="linear", epochs=2, with_baselines=False)
    >>> trained.task.kind, trained.outputs.shape, trained.best_epoch
    ('binary', (60,), 2)
    >>> verdict_of(trained).best_epoch[:44]
    'Epoch 2 of 2 had the lowest validation loss,'
    """
    emit: OnEvent = on_event or (lambda name, value: None)
    began = time.perf_counter()
    clock: dict[str, float] = {}
    limit = minutes if minutes is None or isinstance(minutes, TimeLimit) else TimeLimit(minutes)
    options = checked_options(network, options or {})
    wish = None
    if (cost, recall, precision) != (None, None, None):
        wish = Wish(cost, recall, precision)
    divides: dict[str, Any] = {
        "target": target,
        "task": task,
        "columns": columns,
        "seed": seed,
        "test_share": TEST_SHARE if test_share is None else test_share,
        "validation_share": validation_share,
        "split_by": split_by,
        "group": group,
    }
    asked = read_folding(folds)
    if asked is None and test_share is not None:
        asked = ONCE
    dealt = deal_source(source, asked, validation_share, divides)
    if dealt is not None and dealt.sentence:
        emit("few", dealt.sentence)
    divided = divide(source, fold=None if dealt is None else dealt.every, emit=emit, **divides)
    chosen, targets, notes = divided.task, divided.targets, divided.notes
    if wish is not None:
        check_two_classes(chosen)
    if not with_diagnosis:
        # The diagnosis says more about it.
        notes += imbalance(chosen, targets["train"])
    prepared: Prepared = {}
    trains: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
        "balance": balance,
    }
    planned = plan_training(divided, network, options, before=prepared, **trains)
    plan, inputs, x = planned.plan, planned.inputs, planned.x
    emit("preparation", planned.preparation)
    notes += [*planned.preparation.notes, *filter(None, [planned.of_loss])]
    clock["preparation"] = time.perf_counter() - began

    simple: list[tuple[Baseline, np.ndarray]] = []
    crossed: OutOfFold | None = None
    if dealt is not None:
        began = time.perf_counter()
        (planned,) = alike.of_one_size([planned])
        plan = planned.plan
        emit("folds", {"folds": len(dealt.folds), "along_time": dealt.along_time, "task": chosen})
        crossed = cross_validated(
            source,
            dealt,
            network,
            options,
            divides=divides,
            trains=trains,
            with_baselines=with_baselines,
            with_importance=with_diagnosis,
            limit=limit,
            emit=emit,
        )
        simple = crossed.baselines
        for baseline, _ in simple:
            emit("baseline", baseline)
        clock["folds"] = time.perf_counter() - began
    elif with_baselines:
        began = time.perf_counter()
        simple.append(baselines.constant(chosen, targets))
        emit("baseline", simple[0][0])
        hurry = limit is not None and limit.over(BASELINES)
        if planned.network != "linear" and not hurry:
            simple.append(baselines.linear(divided, plan.batch_size, seed, prepared))
            emit("baseline", simple[-1][0])
        hurry = limit is not None and limit.over(BASELINES)
        boosted = None if hurry else baselines.boosting(divided, seed)
        if limit is not None and hurry:
            notes.append(f"No time was left in {limit.words} for further baselines.")
        if boosted is not None:
            simple.append(boosted)
            emit("baseline", boosted[0])
        clock["baselines"] = time.perf_counter() - began

    began = time.perf_counter()
    message = {"epochs": plan.epochs, "members": plan.members, "inputs": inputs}
    message["solved"] = plan.solve is not None
    if limit is not None:
        plan = replace(plan, until=limit.at(NETWORKS))
    emit("network", {"name": planned.network, **message})
    # Once there is something to keep, Ctrl-C must not cost it.
    with counted_interrupts() as presses:
        outcome = ensemble.train(
            plan,
            x["train"],
            targets["train"],
            (x["validation"], targets["validation"]),
            watch,
            emit,
            hold=crossed is None,
        )
        presses.muted = True
        clock["training"] = time.perf_counter() - began
        if outcome.interrupted:
            notes.append(
                f"Interrupted after {counted(len(outcome.history['loss']), 'epoch')}; the best "
                "one was kept."
            )
        if limit is not None and outcome.cut:
            notes.append(
                f"There was time in {limit.words} for {counted(outcome.members, 'network')} of "
                f"{plan.members}, the first with {counted(len(outcome.history['loss']), 'epoch')} "
                f"of at most {plan.epochs}; the best epoch was kept."
            )
        if outcome.members > 1:
            notes.append(
                f"The answers of {outcome.members} networks with different first weights are "
                "averaged; the curves are those of the first."
                + (" Each is stopped by other rows." if outcome.crossed else "")
            )

        notes += [outcome.note] if outcome.note else []
        model = outcome.model
        held: HeldBack | None = None
        if crossed is not None:
            divided, outputs = with_test_rows(divided, crossed.rows), crossed.outputs
            place = crossed.place if crossed.place.ndim == 1 else crossed.place[:, 0]
            assert dealt is not None
            held = HeldBack(divided.targets["test"], outputs, place, dealt.along_time)
        else:
            outputs = outputs_of(model, x["test"], chosen)
            if outcome.held is not None:
                held = HeldBack(*outcome.held)
            elif planned.solution is not None and planned.solution.held is not None:
                held = HeldBack(targets["validation"], planned.solution.held)
        truth = divided.targets["test"]
        sure = certainty_of(chosen, held, truth, outputs, wish, balance)
        outputs = sure.outputs
        notes += sure.notes
        if sure.calibration is not None:
            model = sure.calibration.joined(model, x["train"])
        if sure.threshold is not None:
            chosen = replace(chosen, threshold=sure.threshold.value)
        values = metrics.row_values(chosen, truth, outputs)
        dependence = dependence_of_test(
            divided.rule,
            divided.rows["test"],
            divided.parts["test"],
            official=source.test is not None,
        )
        if crossed is not None:
            dependence = crossed.dependence(dependence)
        trained = TrainedNetwork(
            model=model,
            preparation=planned.preparation,
            task=chosen,
            columns=divided.columns,
            network=planned.network,
            history=outcome.history,
            best_epoch=outcome.best_epoch,
            rows=divided.numbered,
            **divided.parts,
            truth=truth,
            outputs=outputs,
            metrics=metrics.figures(chosen, truth, outputs),
            interval=metrics.interval_of(chosen, values, dependence),
            # With a threshold of its own a network is compared at that of its baselines.
            baselines=[
                compared(baseline, divided.task, truth, theirs, outputs, dependence)
                for baseline, theirs in simple
            ],
            targets=results_by_target(chosen, truth, outputs, simple, dependence),
            findings=None,
            config={
                "source": source.name,
                "target": divided.target,
                "task": task,
                "network": network,
                "columns": dict(columns or {}),
                # What there was time for, so that a rerun does the same.
                "options": options | ({"members": outcome.members} if outcome.cut else {}),
                # Weights that were solved are solved again, which epochs would not allow.
                "epochs": (
                    None
                    if outcome.solved
                    else len(outcome.history["loss"])
                    if outcome.cut and outcome.members == 1
                    else plan.epochs
                ),
                "batch_size": None if outcome.solved else plan.batch_size,
                "seed": seed,
                "test_share": divides["test_share"],
                "validation_share": validation_share,
                "split_by": split_by,
                "group": group,
                "folds": 1 if dealt is None else dealt.folding.written,
                "balance": balance,
                "cost": None if cost is None else dict(cost),
                "recall": recall,
                "precision": precision,
                "minutes": None if limit is None else limit.minutes,
            },
            seconds=clock,
            notes=notes,
            fingerprint=source.fingerprint,
            split=(
                divided.rule.summary
                if dealt is None
                else replace(
                    divided.rule.summary,
                    folds=dealt.folding.folds,
                    repeats=dealt.folding.repeats,
                    share=dependence.share,
                )
            ),
            dependence=dependence,
            interrupted=outcome.interrupted,
            solved=outcome.solved,
            importance=() if crossed is None else crossed.importance,
            calibration=sure.calibration,
            residuals=sure.residuals,
            ends=sure.ends,
            threshold=sure.threshold,
            judged=(
                "" if crossed is None else crossed.sentence(outcome.crossed or bool(outcome.solved))
            ),
        )
        emit("trained", trained)
    if with_diagnosis:
        began = time.perf_counter()
        emit("diagnosis", None)
        every = outcome.solved or outcome.crossed or outcome.linear is not None
        learned = ["validation"] if every else []
        # Rows that weights were learned from tell nothing about new ones.
        looked = {part: x[part] for part in x if part not in learned}
        if crossed is not None:
            del looked["test"]
            looked[OUT_OF_FOLD] = planned.preparation.transform(divided.parts["test"])
            targets = {**targets, OUT_OF_FOLD: truth}
        trained.findings = (
            skipped()
            if presses.unseen
            else skipped(f"no time was left in {limit.words}")
            if limit is not None and limit.over()
            else diagnose_prepared(
                outcome.history,
                model,
                model if outcome.first is outcome.model else outcome.first,
                looked,
                targets,
                seed,
                ordered=divided.rule.kind == TIME,
                terms=terms_of(trained),
                scales=chosen.scales,
                interval=trained.interval if sure.threshold is None else None,
                answers=None if crossed is None else {OUT_OF_FOLD: outputs},
            )
        )
        clock["diagnosis"] = time.perf_counter() - began
    return trained
