"""Searches: cross-validation, grids, random search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

import numpy as np

from kerata.base.randomness import fixed_seed
from kerata.search.halving import halve, rungs_of
from kerata.search.journal import Journal, identity_of
from kerata.search.networks import Build, Data
from kerata.search.options import Given, Options, make_data, make_splits, ranking_score
from kerata.search.results import Results
from kerata.search.runner import Record, SearchRunner, SeededSplit, TrialConfig
from kerata.search.space import (
    FIT,
    Params,
    check_names,
    courses_of,
    grid_candidates,
    random_candidates,
)
from kerata.search.watch import Watch


def cross_validate(
    build: Build,
    x: Any,
    y: Any = None,
    folds: Any = 5,
    params: Mapping[str, Any] | None = None,
    **options: Unpack[Given],
) -> Results:
    """Train a network on all folds but one and judge it by that one, for each in turn.

    Arguments:
        build: function that returns a compiled model.
        x, y: data as for ``fit``, arrays ``(rows, ...)`` of numbers in memory; SciPy's sparse
            matrices stay sparse.
        folds: how many, 5 by default; or pairs of row numbers, or one of scikit-learn's
            splitters.
        params: parameters for the builder, none by default.
        **options: see ``Options``, ``repeats`` among them; ``every_epoch`` is on here.

    Raises:
        ValueError: data, folds or names that make no sense.

    >>> from kerata import datasets, layers, models
    >>> def build():
    ...     model = models.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])
    ...     model.compile("adam", "mse", metrics=["mae"])
    ...     return model
    >>> x = np.linspace(-1, 1, 40)[:, None]
    >>> results = cross_validate(build, x, x[:, 0] ** 2, folds=4, epochs=3, verbose=0)
    >>> results.scores("val_mae").shape, results.history("val_mae").shape
    ((1, 4), (4, 3))
    """
    options.setdefault("every_epoch", True)
    given = Options.of("cross_validate", options)
    candidates = [dict(params or {})]
    check_names(build, list(candidates[0]), "params")
    return run_search(build, candidates, x, y, folds, given)


def grid(
    build: Build,
    space: Mapping[str, Iterable[Any]],
    x: Any,
    y: Any = None,
    folds: Any = 3,
    **options: Unpack[Given],
) -> Results:
    """Try every combination of values by cross-validation.

    Arguments:
        build: function that returns a compiled model; its parameters can be searched.
        space: a list of values for each name: parameters of the builder, or ``epochs``,
            ``batch_size``, ``shuffle``.
        x, y: data as for ``fit``, arrays ``(rows, ...)`` of numbers in memory.
        folds: how many, 3 by default; see ``cross_validate`` for more.
        **options: see ``Options``.

    Raises:
        ValueError: an empty grid, an unknown name, folds that make no sense.

    Candidates that raise or diverge are recorded with their error. Those that differ by
    ``epochs`` alone are one training that is scored on the way. What ``fit`` and
    ``evaluate`` would give with the same seed and rows, this gives.

    >>> from kerata import layers, models
    >>> def build(units=4):
    ...     model = models.Sequential([layers.Dense(units, activation="tanh"), layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 30)[:, None]
    >>> results = grid(build, {"units": [2, 4], "epochs": [1, 3]}, x, x[:, 0], verbose=0)
    >>> len(results), sorted(results.best.params)
    (4, ['epochs', 'units'])
    """
    given = Options.of("grid", options)
    candidates = grid_candidates(space)
    check_names(build, list(space))
    return run_search(build, candidates, x, y, folds, given)


def random(
    build: Build,
    space: Mapping[str, Any],
    x: Any,
    y: Any = None,
    n: int = 20,
    folds: Any = 3,
    **options: Unpack[Given],
) -> Results:
    """Try randomly drawn combinations by cross-validation.

    Arguments:
        build: function that returns a compiled model; its parameters can be searched.
        space: for each name a list of values, or a distribution with ``rvs``: of
            ``scipy.stats``, or ``search.uniform``, ``loguniform``, ``integers``, ``choice``.
        x, y: data as for ``fit``, arrays ``(rows, ...)`` of numbers in memory.
        n: how many combinations, 20 by default.
        folds: how many, 3 by default; see ``cross_validate`` for more.
        **options: see ``Options``; the draws follow from ``seed``.

    Raises:
        ValueError: an empty space, an unknown name, folds that make no sense.

    Source: Bergstra & Bengio 2012, "Random search for hyper-parameter optimization".

    >>> from kerata import layers, models, search
    >>> def build(units):
    ...     model = models.Sequential([layers.Dense(units), layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 12)[:, None]
    >>> space = {"units": search.integers(1, 1)}
    >>> results = random(build, space, x, x[:, 0], n=2, folds=2, verbose=0)
    >>> len(results), results.best.params
    (2, {'units': 1})
    """
    given = Options.of("random", options)
    candidates = random_candidates(space, n, given.seed)
    check_names(build, list(space))
    return run_search(build, candidates, x, y, folds, given)


def run_search(
    build: Build, candidates: Sequence[Params], x: Any, y: Any, folds: Any, options: Options
) -> Results:
    """Train all candidates on all splits and give the results."""
    shared = options.fit_arguments(list(candidates[0]))
    complete = [{**shared, **c} for c in candidates]
    trials, which = courses_of(build, complete)
    rows, model = make_data(build, trials[0].params, x, y, options)
    splits = make_splits(rows, model, folds, options)
    metric, mode = ranking_score(model, rows, options)
    search = SearchRun(build, rows, trials, splits, options, metric, mode)

    def results() -> Results:
        return Results(
            candidates,
            which,
            trials,
            splits,
            search.found,
            metric,
            mode,
            lambda params: retrained(build, {**shared, **params}, x, y, options),
            search.stopped,
            [int(c["epochs"]) if "epochs" in c else 1 for c in complete],
        )

    with Watch(len(trials) * len(splits), results, options.verbose) as watch:
        search.run(watch)
    return results()


class SearchRun:
    """One search in progress.

    Attributes:
        found: the records so far.
        stopped: last epochs of the courses that halving dropped.
    """

    def __init__(
        self,
        build: Build,
        rows: Data,
        trials: list[TrialConfig],
        splits: list[SeededSplit],
        options: Options,
        metric: str,
        mode: str,
    ) -> None:
        self.build, self.rows, self.trials, self.splits = build, rows, trials, splits
        self.options, self.metric, self.sign = options, metric, 1 if mode == "max" else -1
        self._records: dict[tuple[int, int], Record] = {}
        self.stopped: dict[int, int] = {}

    @property
    def found(self) -> list[Record]:
        """The records so far."""
        return list(self._records.values())

    def run(self, watch: Watch) -> None:
        """Train what the journal does not know yet."""
        journal = None
        if self.options.journal is not None:
            identity = identity_of(self.build, self.rows, self.splits)
            journal = Journal(self.options.journal, identity)
        try:
            if journal is not None:
                for record in journal.finished(self.trials, len(self.splits)):
                    self._records[record.trial, record.split] = record
                watch.count(len(self._records))
            for record in self._train():
                self._records[record.trial, record.split] = record
                trial = self.trials[record.trial]
                if journal is not None and _is_final(record, trial):
                    journal.add(record, trial)
                if _is_final(record, trial):
                    watch.count()
        finally:
            if journal is not None:
                journal.close()

    def _train(self) -> Iterable[Record]:
        done = list(self._records)
        arguments = (self.build, self.rows, self.trials, self.splits, self.options.every_epoch)
        if self.options.parallel is not None:
            from kerata.search.cluster import run_on_cluster

            return run_on_cluster(SearchRunner(*arguments, done=done), self.options.parallel)
        factor = self.options.halving_factor
        if not factor:
            return SearchRunner(*arguments, done=done).run()
        rungs = rungs_of(max(c.epochs[-1] for c in self.trials), factor)
        engine = SearchRunner(*arguments, done=done, also=rungs)
        return halve(engine, factor, self._mean, self.stopped)

    def _mean(self, trial: int, epoch: int) -> float:
        """Give a course's mean score after an epoch, more is better."""
        found = [self._records.get((trial, s)) for s in range(len(self.splits))]
        reports = [None if r is None else r.at(epoch) for r in found]
        scores = [np.nan if r is None else r.get(self.metric, np.nan) for r in reports]
        return self.sign * float(np.mean(scores))


def _is_final(record: Record, trial: TrialConfig) -> bool:
    return record.error is not None or trial.epochs[-1] in record.reports


def retrained(build: Build, params: Params, x: Any, y: Any, options: Options) -> Any:
    """Train a candidate on all rows, as ``fit`` does."""
    fit = {name: value for name, value in params.items() if name in FIT}
    trials, _ = courses_of(build, [params])
    with fixed_seed(options.seed):
        model = build(**trials[0].params)
        model.fit(
            x,
            y,
            **fit,
            sample_weight=options.sample_weight,
            class_weight=options.class_weight,
            verbose=0,
        )
    return model
