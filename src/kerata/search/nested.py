"""Nested cross-validation: how good is the winner of a search on rows the search never saw?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import jax
import numpy as np

from kerata.search.networks import Build
from kerata.search.options import Given, Options, make_data, make_splits, ranking_score
from kerata.search.results import Results
from kerata.search.runner import Record, SearchRunner, SeededSplit
from kerata.search.space import (
    Params,
    check_names,
    courses_of,
    grid_candidates,
    random_candidates,
)
from kerata.search.table import value_text
from kerata.search.watch import Watch
from kerata.training.data_adapter import ArrayData


@dataclass(frozen=True)
class NestedResults:
    """What a search's winner is worth on rows that had no part in choosing it.

    ``nested`` makes it.

    Arguments:
        metric: name of the score, ``'val_accuracy'``.
        scores: the winner's score on each outer fold, floats of shape ``(folds,)``.
        chosen: the winner's values in each outer fold.
        inner: the results of the search in each outer fold.

    Raises:
        RuntimeError: ``optimism`` is asked for and a search has no candidate with a score.

    >>> found = NestedResults("val_mae", np.array([0.5, 0.75]), [{"units": 4}, {"units": 8}], [])
    >>> found.score, round(found.spread, 3)
    (0.625, 0.177)
    """

    metric: str
    scores: np.ndarray
    chosen: list[Params]
    inner: list[Results]

    @property
    def score(self) -> float:
        """The mean over the outer folds."""
        return float(self.scores.mean())

    @property
    def spread(self) -> float:
        """The standard deviation over the outer folds."""
        return float(self.scores.std(ddof=1)) if len(self.scores) > 1 else 0.0

    @property
    def optimism(self) -> float:
        """How much better the winners looked in their searches than they turned out."""
        seen = float(np.mean([r.best.score for r in self.inner]))
        return seen - self.score if self.inner[0].mode == "max" else self.score - seen

    def __str__(self) -> str:
        lines = [
            f"{self.metric} {self.score:.4f} ± {self.spread:.4f} over {len(self.scores)} folds "
            f"(in their own searches the winners looked better by {self.optimism:.4f})"
        ]
        for score, params in zip(self.scores, self.chosen, strict=True):
            values = ", ".join(f"{k}={value_text(v)}" for k, v in params.items())
            lines.append(f"  {score:.4f}  {values}")
        return "\n".join(lines)


def nested(
    build: Build,
    space: Mapping[str, Any],
    x: Any,
    y: Any = None,
    folds: Any = 5,
    inner_folds: int = 3,
    n: int | None = None,
    **options: Unpack[Given],
) -> NestedResults:
    """Search within each training part of a cross-validation, judge the winner by the rest.

    Arguments:
        build: function that returns a compiled model; its parameters can be searched.
        space: a list of values for each name, as for ``grid``; with ``n`` also distributions,
            as for ``random``.
        x, y: data as for ``fit``, arrays ``(rows, ...)`` of numbers.
        folds: outer folds, 5 by default, or as for ``cross_validate``.
        inner_folds: folds of each search, 3 by default.
        n: number of combinations that are drawn at random; None (default) tries all.
        **options: see ``Options``; ``halving``, ``journal`` and ``parallel`` have no
            meaning here.

    Raises:
        ValueError: data, folds or names that make no sense.
        RuntimeError: a search in which no candidate has a score.

    Source: Varma & Simon 2006, "Bias in error estimation when using cross-validation for
    model selection".

    >>> from kerata import layers, models
    >>> def build(units):
    ...     model = models.Sequential([layers.Dense(units), layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 12)[:, None]
    >>> found = nested(build, {"units": [1]}, x, x[:, 0], folds=2, inner_folds=2, verbose=0)
    >>> found.scores.shape, found.chosen
    ((2,), [{'units': 1}, {'units': 1}])
    """
    given = Options.of("nested", options)
    candidates = grid_candidates(space) if n is None else random_candidates(space, n, given.seed)
    check_names(build, list(space))
    shared = given.fit_arguments(list(space))
    trials, which = courses_of(build, [{**shared, **c} for c in candidates])
    rows, model = make_data(build, trials[0].params, x, y, given)
    metric, mode = ranking_score(model, rows, given)
    outer = make_splits(rows, model, folds, given)
    inner = [_inner_splits(rows, model, split, inner_folds, given) for split in outer]

    everything = [split for splits in inner for split in splits]
    records: list[Record] = []
    total = len(trials) * len(everything) + len(outer)
    with Watch(total, verbose=given.verbose) as watch:
        for record in SearchRunner(build, rows, trials, everything).run():
            records.append(record)
            watch.count()
        results = []
        for i, splits in enumerate(inner):
            own = range(i * len(inner[0]), (i + 1) * len(inner[0]))
            part = [replace(r, split=r.split - own.start) for r in records if r.split in own]
            epochs = [int({**shared, **c}.get("epochs", 1)) for c in candidates]
            results.append(
                Results(candidates, which, trials, splits, part, metric, mode, epochs=epochs)
            )
        winners = [r.best for r in results]
        wanted = {(which[w.index], i) for i, w in enumerate(winners)}
        pairs = [(c, s) for c in range(len(trials)) for s in range(len(outer))]
        done = [pair for pair in pairs if pair not in wanted]
        final: dict[int, Record] = {}
        for record in SearchRunner(build, rows, trials, outer, done=done).run():
            if (record.trial, record.split) in wanted:
                final[record.split] = record
            watch.count()
    scores = []
    for i, winner in enumerate(winners):
        last = {**shared, **winner.params}.get("epochs", 1)
        report = final[i].at(int(last)) or {}
        scores.append(report.get(metric, np.nan))
    return NestedResults(metric, np.array(scores), [w.params for w in winners], results)


def _inner_splits(
    rows: ArrayData, model: Any, outer: SeededSplit, folds: int, options: Options
) -> Sequence[SeededSplit]:
    """Deal the rows that an outer fold learns from out to inner folds."""
    y = jax.tree.map(lambda a: np.asarray(a)[outer.train], rows.y)
    groups = None if options.groups is None else np.asarray(options.groups)[outer.train]
    part = ArrayData(None, y, None, len(outer.train))
    splits = make_splits(part, model, folds, replace(options, groups=groups, repeats=1))
    return [
        SeededSplit(outer.seed + s.seed, outer.train[s.train], outer.train[s.test]) for s in splits
    ]
