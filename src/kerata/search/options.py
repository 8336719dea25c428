"""Options that all searches share, checked, and the data and folds made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypedDict

import jax
import numpy as np

from kerata.base.arguments import is_integer
from kerata.base.messages import did_you_mean
from kerata.base.randomness import fixed_seed
from kerata.callbacks.monitor import Monitor
from kerata.search.networks import Build, Data, checked, reported
from kerata.search.runner import SeededSplit
from kerata.search.space import FIT, Params
from kerata.search.splits import classes_of, folds_of
from kerata.training.class_weights import apply_class_weight
from kerata.training.data_adapter import ArrayData, check_finite, make_array_data, on_device
from kerata.training.finite import check_handled


class Given(TypedDict, total=False):
    """Keyword arguments of every search; see ``Options``."""

    repeats: int
    epochs: int
    batch_size: int
    shuffle: bool
    sample_weight: Any
    class_weight: dict[Any, Any] | list[Any] | None
    groups: Any
    stratify: bool | str
    shuffle_folds: bool
    scoring: str | None
    mode: str
    seed: int
    every_epoch: bool
    halving: bool | int
    journal: Any
    parallel: str | None
    verbose: int


@dataclass
class Options:
    """What can be said about every search.

    Arguments:
        repeats: how often the folds are drawn.
        epochs, batch_size, shuffle: for ``fit``, where they are not searched; as there.
        sample_weight: one number a row.
        class_weight: weight for each class number, for several outputs by output, as for ``fit``.
        groups: a label for each row; rows of one label are never on both sides.
        stratify: whether each fold gets its share of every class; ``'auto'`` does so where
            the loss is one for classes.
        shuffle_folds: whether rows are dealt out to the folds at random.
        scoring: name of the metric that ranks, such as ``'accuracy'`` or ``'loss'``; the
            first metric by default, else the loss.
        mode: ``'max'`` or ``'min'``: which way is better; ``'auto'`` knows the usual names.
        seed: split number i is trained as after ``set_random_seed(seed + i)``.
        every_epoch: score after each epoch.
        halving: stop bad candidates early: after some epochs only the best third goes on;
            a number says how many compete for a place.
        journal: file that remembers what is finished; a search that was killed goes on.
        parallel: ``'ray'`` or the address of a Ray cluster to spread the work over.
        verbose: 1 shows a table while it runs, 0 nothing.
    """

    repeats: int = 1
    epochs: int | None = None
    batch_size: int | None = None
    shuffle: bool | None = None
    sample_weight: Any = None
    class_weight: dict[Any, Any] | list[Any] | None = None
    groups: Any = None
    stratify: bool | str = "auto"
    shuffle_folds: bool = True
    scoring: str | None = None
    mode: str = "auto"
    seed: int = 0
    every_epoch: bool = False
    halving: bool | int = False
    journal: Any = None
    parallel: str | None = None
    verbose: int = 1

    def __post_init__(self) -> None:
        if self.mode not in ("auto", "min", "max"):
            raise ValueError(f"mode must be 'auto', 'min' or 'max', got {self.mode!r}.")
        if not is_integer(self.seed) or self.seed < 0:
            raise ValueError(f"seed must be a whole number of at least 0, got {self.seed!r}.")
        factor = self.halving_factor
        if factor and self.parallel is not None:
            raise ValueError("halving needs all candidates in one process: leave parallel= out.")
        if factor and factor < 2:
            raise ValueError(
                f"halving must be True, False or a number of at least 2, got {self.halving!r}."
            )

    @classmethod
    def of(cls, owner: str, given: Mapping[str, Any]) -> Options:
        """Make options of keyword arguments.

        Raises:
            TypeError: an unknown one, with a suggestion.
        """
        known = [f.name for f in fields(cls)]
        for name in given:
            if name not in known:
                raise TypeError(
                    f"{owner}() has no argument {name!r}. {did_you_mean(name, known, listing=20)}"
                )
        return cls(**given)

    @property
    def halving_factor(self) -> int:
        """How many candidates compete for a place, 0 for no halving."""
        return 3 if self.halving is True else int(self.halving)

    def fit_arguments(self, searched: Sequence[str]) -> Params:
        """Give the arguments of ``fit`` that are the same for all candidates.

        Raises:
            ValueError: one that is searched as well.
        """
        given = {name: getattr(self, name) for name in FIT}
        given = {name: value for name, value in given.items() if value is not None}
        for name in given:
            if name in searched:
                raise ValueError(
                    f"{name} is given twice: among the values to try and as {name}="
                    f"{given[name]!r}. Leave one out."
                )
        return given


def _check_values(model: Any, rows: ArrayData) -> None:
    """Refuse NaN and infinite values, unless the first candidate handles them as in ``fit``."""
    try:
        check_finite(rows)
    except ValueError:
        if model is None or model._compiled is None:
            raise
        model._ready(rows, training=True)
        check_handled(model, model._objective, rows)


def make_data(build: Build, params: Params, x: Any, y: Any, options: Options) -> tuple[Data, Any]:
    """Give the data on the device, and a model to ask about losses and metrics, or None.

    Raises:
        ValueError: data that make no sense, as for ``fit``.
    """
    try:
        with fixed_seed(options.seed):
            model = checked(build(**params))
    except Exception:
        # A candidate that can't be built is no reason to refuse the others.
        model = None
    inputs = 1 if model is None else model._n_inputs()
    rows = make_array_data(x, y, options.sample_weight, inputs)
    _check_values(model, rows)
    judged_weight = rows.sample_weight
    if options.class_weight is not None:
        outputs = None if model is None else model._outputs_for
        rows = apply_class_weight(rows, options.class_weight, outputs)
    # As in `fit`, rows held back don't count by their classes.
    rows = Data(**vars(on_device(rows)), judged_weight=judged_weight)
    if model is not None:
        try:
            with fixed_seed(options.seed):
                model._ready(rows, training=True)
        except Exception:
            # It fails again where it is trained, and is recorded there with its reason.
            model = None
    return rows, model


def make_splits(rows: ArrayData, model: Any, folds: Any, options: Options) -> list[SeededSplit]:
    """Deal the rows out to folds; each split has a seed of its own."""
    classes = None
    wanted = options.stratify
    if (_is_classifier(model) if wanted == "auto" else wanted) and options.groups is None:
        classes = classes_of(jax.tree.leaves(rows.y)[0])
    pairs = folds_of(
        folds,
        rows.count,
        classes,
        options.groups,
        options.repeats,
        options.shuffle_folds,
        options.seed,
    )
    return [SeededSplit(options.seed + i, train, test) for i, (train, test) in enumerate(pairs)]


def _is_classifier(model: Any) -> bool:
    losses = [] if model is None else model._objective.losses
    names = [str(getattr(f, "name", getattr(f, "__name__", f))) for f in losses]
    return len(names) == 1 and any(
        word in names[0] for word in ("crossentropy", "hinge", "focal", "nll")
    )


def ranking_score(model: Any, rows: ArrayData, options: Options) -> tuple[str, str]:
    """Give the name of the score that ranks and which way is better.

    Raises:
        ValueError: a name that the model does not report, or one of which it is not known
            which way is better.
    """
    names = ["loss"] if model is None else list(reported(model, rows)["test"])
    wanted = options.scoring
    if wanted is None:
        own = [n for n in names if n != "loss" and not n.endswith("_loss")]
        wanted = own[0] if own else (["loss"] if "loss" in names else names)[0]
    name = wanted.removeprefix("val_")
    if model is not None and name not in names:
        raise ValueError(
            f"scoring={options.scoring!r} is none of the model's scores. "
            f"{did_you_mean(name, names)}"
        )
    mode = options.mode
    if mode == "auto":
        monitor = Monitor(f"val_{name}")
        if model is not None:
            monitor.set_model(model)
        try:
            mode = "max" if monitor.improved(1.0, 0.0) else "min"
        except ValueError:
            raise ValueError(
                f"It is not known whether more or less of {name!r} is better: give mode='max' "
                "or mode='min'."
            ) from None
    return f"val_{name}", mode


def unscored(rows: ArrayData, seeds: Sequence[int]) -> list[SeededSplit]:
    """Give splits that hold nothing back."""
    everything = np.arange(rows.count, dtype=np.int32)
    return [SeededSplit(seed, everything, everything[:0]) for seed in seeds]
