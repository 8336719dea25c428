"""Several networks that differ by their seeds alone, asked together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.randomness import fixed_seed
from kerata.base.rows import slice_rows
from kerata.search.networks import Build, Network
from kerata.search.options import Given, Options, make_data, unscored
from kerata.search.runner import Record, SearchRunner, TrialConfig
from kerata.search.space import check_names, courses_of
from kerata.search.watch import Watch
from kerata.training.data_adapter import make_array_data

# Rows computed at once by all networks.
BATCH = 512


def ensemble(
    build: Build,
    x: Any,
    y: Any = None,
    n: int = 5,
    params: Mapping[str, Any] | None = None,
    **options: Unpack[Given],
) -> Ensemble:
    """Train one network with several seeds, all in one program, on all rows.

    Arguments:
        build: function that returns a compiled model.
        x, y: data as for ``fit``, arrays ``(rows, ...)`` of numbers.
        n: how many networks, at least 1.
        params: parameters for the builder.
        **options: ``epochs``, ``batch_size``, ``shuffle``, ``seed``, ``sample_weight``,
            ``class_weight``, ``verbose``; see ``Options``. Network i is trained as after
            ``set_random_seed(seed + i)``.

    Raises:
        ValueError: data or names that make no sense.
        RuntimeError: no network could be trained; the message quotes the first error.

    >>> from kerata import layers, models
    >>> def build():
    ...     model = models.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 20)[:, None]
    >>> several = ensemble(build, x, x[:, 0], n=3, epochs=2, verbose=0)
    >>> several.predict(x).shape, several.spread(x).shape, several.predict_each(x).shape
    ((20, 1), (20, 1), (3, 20, 1))
    """
    given = Options.of("ensemble", options)
    if not is_integer(n) or n < 1:
        raise ValueError(f"n must be a whole number of at least 1, got {n!r}.")
    check_names(build, list(params or {}), "params")
    shared = given.fit_arguments(list(params or {}))
    trials, _ = courses_of(build, [{**shared, **(params or {})}])
    rows, _ = make_data(build, trials[0].params, x, y, given)
    splits = unscored(rows, range(given.seed, given.seed + n))
    records: list[Record] = []
    with Watch(n, verbose=given.verbose) as watch:
        for record in SearchRunner(build, rows, trials, splits, keep=True).run():
            records.append(record)
            watch.count()
    records.sort(key=lambda r: r.split)
    trained = [r for r in records if r.error is None]
    if not trained:
        raise RuntimeError(
            f"No network could be trained. The first one's error: {records[0].error}"
        )
    network = Network(build, trials[0].params, rows, given.seed)
    sample = slice_rows(rows.x, 0, 1)
    failed = len(records) - len(trained)
    return Ensemble(build, trials[0], network, trained, sample, given.seed, failed)


class Ensemble:
    """Trained networks of one shape; their outputs are averaged. ``ensemble`` makes it.

    Arguments:
        build: function that returns a compiled model.
        trial: what all networks have in common; network: one of them, for its programs.
        records: weights and reports of each network.
        sample: a single row, shape ``(1, ...)``, that says what inputs look like.
        seed: seed of the first network; failed: how many diverged and were left out.

    Attributes:
        failed: how many networks diverged and were left out.
        reports: loss and metrics (floats) of the last epoch of each network.

    ``predict(x)`` gives the mean of the outputs, float32 of shape ``(rows, ...)``, ``spread(x)``
    their standard deviation, ``predict_each(x)`` all of them, ``(networks, rows, ...)``.

    Raises:
        ValueError: ``x`` doesn't fit the networks' inputs.
        IndexError: ``model(index)`` of a network that isn't there.

    >>> from kerata import layers, models, search
    >>> def build():
    ...     model = models.Sequential([layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 12)[:, None]
    >>> several = search.ensemble(build, x, x[:, 0], n=2, epochs=1, verbose=0)
    >>> len(several), several.predict(x).shape, several.model(0).count_params()
    (2, (12, 1), 2)
    """

    def __init__(
        self,
        build: Build,
        trial: TrialConfig,
        network: Network,
        records: Sequence[Record],
        sample: Any,
        seed: int,
        failed: int,
    ) -> None:
        self.failed = failed
        self.reports = [r.reports[trial.epochs[-1]] for r in records]
        self._build, self._course, self._network = build, trial, network
        self._seeds = [seed + r.split for r in records]
        self._values = [r.values for r in records]
        self._sample = sample
        self._stacked: Any = None
        # The network's own steps are not compiled; see ``Network``.
        predict = network.programs.predict_batch
        outputs = jax.vmap(lambda *values: predict(*values)[0], in_axes=(0, 0, None))
        self._outputs: Callable[..., Any] = jax.jit(outputs)

    def __len__(self) -> int:
        return len(self._values)

    def predict_each(self, x: Any) -> Any:
        """Give the outputs of each network, ``(networks, rows, ...)``."""
        rows = make_array_data(x, n_inputs=self._network.model._n_inputs())
        if self._stacked is None:
            self._stacked = jax.tree.map(
                lambda *a: np.stack([np.asarray(v) for v in a]),
                *((v.trainable, v.non_trainable) for v in self._values),
            )
        pieces = []
        for start in range(0, rows.count, BATCH):
            piece = jax.tree.map(jnp.asarray, slice_rows(rows.x, start, start + BATCH))
            pieces.append(jax.tree.map(np.asarray, self._outputs(*self._stacked, piece)))
        return jax.tree.map(lambda *parts: np.concatenate(parts, axis=1), *pieces)

    def predict(self, x: Any) -> Any:
        """Give the mean of the networks' outputs: for classes, of their probabilities."""
        return jax.tree.map(lambda a: a.mean(axis=0), self.predict_each(x))

    def spread(self, x: Any) -> Any:
        """Give the standard deviation of the networks' outputs: where they disagree."""
        return jax.tree.map(lambda a: a.std(axis=0), self.predict_each(x))

    def model(self, index: int) -> Any:
        """Give one network as a model of its own."""
        with fixed_seed(self._seeds[index]):
            model = self._build(**self._course.params)
        if not model.built:
            model._output_spec(self._sample)
        values = self._values[index]
        boxes = [*model.trainable_weights, *self._network.programs.non_trainable_of(model)]
        for box, value in zip(boxes, [*values.trainable, *values.non_trainable], strict=True):
            box.assign(value)
        return model

    def __repr__(self) -> str:
        return f"<Ensemble of {len(self)} networks>"
