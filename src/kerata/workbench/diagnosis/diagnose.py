"""The diagnosis of a training: a history, a model and data, whichever there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kerata.workbench.core.findings import Findings
from kerata.workbench.diagnosis.consistency import without_contradictions
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.fit import compare_fits
from kerata.workbench.diagnosis.registry import CHECKS
from kerata.workbench.diagnosis.terms import Terms


def diagnose(
    history: Any = None,
    model: Any = None,
    data: Any = None,
    *,
    trials: bool = False,
    seed: int = 0,
    only: Collection[str] | None = None,
    ordered: bool = False,
) -> Findings:
    """Say in plain sentences what is wrong with a training, how one sees it, and what to do.

    Nothing is changed: weights, optimizer and metrics stay as they are.

    Arguments:
        history: what ``fit`` returned, or its dictionary of lists.
        model: the trained model.
        data: training rows ``(x, y)``, or a dictionary of splits
            ``{"train": (x, y), "validation": (x, y), "test": (x, y)}``.
        trials: whether short trainings show what helps against overfitting; takes six times
            as long as 40 epochs.
        seed: decides samples and trials.
        only: names of the faults to look for; all of them by default.
        ordered: whether held-out rows are later in time than training rows, so that shuffling
            is no remedy where they differ.

    Returns:
        A list of findings, the most serious first; empty for a healthy network. It prints as
        sentences, and says what could not be looked for.

    Raises:
        ValueError: nothing to look at, or data that make no sense.

    >>> curves = {"loss": [0.9, 0.5, 0.3, 0.2, 0.1, 0.05], "val_loss": [1, 0.6, 0.5, 0.6, 0.8, 1]}
    >>> [finding.name for finding in diagnose(curves)]
    ['overfitting']
    """
    return examine(history, model, data, trials=trials, seed=seed, only=only, ordered=ordered)


def examine(
    history: Any = None,
    model: Any = None,
    data: Any = None,
    *,
    trials: bool = False,
    seed: int = 0,
    only: Collection[str] | None = None,
    ordered: bool = False,
    terms: Terms | None = None,
    interval: tuple[float, float] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Findings:
    """Diagnose as ``diagnose`` does, and say what to do in the words of whoever asks.

    Arguments:
        history, model, data, trials, seed, only, ordered: as for ``diagnose``.
        terms: the words; those of a Keras program by default.
        interval: of the main figure of the test rows, where it is known already.
        answers: outputs for the rows of some splits, that others than the model gave.

    Raises:
        ValueError: nothing to look at, or data that make no sense.
    """
    if history is None and model is None and data is None:
        raise ValueError("diagnose() needs something to look at: history, model or data.")
    curves = getattr(history, "history", history)
    if curves is not None and not isinstance(curves, Mapping):
        raise ValueError(
            "history must be what fit() returned, or a dictionary of lists, "
            f"got {type(history).__name__}."
        )
    parts = {} if data is None else data if isinstance(data, Mapping) else {"train": data}
    context = DiagnosisContext(
        curves, model, parts, seed, trials, ordered, terms, interval, answers
    )
    checks = [check for check in CHECKS if only is None or check.name in only]
    missing = {check.name: check.missing(context) for check in checks}
    looked = [check for check in checks if not missing[check.name]]
    found = [check.find(context) for check in looked]
    fit = compare_fits(context)
    return Findings(
        without_contradictions([finding for finding in found if finding is not None]),
        [check.name for check in looked],
        {name: reason for name, reason in missing.items() if reason},
        "" if fit is None else fit.verdict,
    )
