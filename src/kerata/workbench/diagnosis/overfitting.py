"""Overfitting: from which epoch, how much it costs, and what helps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import difference_interval
from kerata.workbench.core.learning_curves import LARGE_GAP, OF_HIGHEST, best_epoch, rise_after_best
from kerata.workbench.diagnosis.context import Case, Fit

# A rise that lasts fewer epochs may be luck.
_FEWEST_AFTER = 3
# The validation loss of most healthy networks creeps up by 10 to 20 % when they train on.
_RISE = 0.25
# Held-out errors may exceed those on training rows by this share of the targets' variance.
_OF_VARIANCE = 0.1
# A loss this close to the best epoch's says that the best weights were kept.
_KEPT = 0.03


def overfitting(case: Case) -> Finding | None:
    """Look for a validation loss that rises, and for training rows known by heart."""
    rise, gap = _rise(case), _gap(case)
    if rise is None and gap is None:
        return None
    evidence: dict[str, Any] = {}
    told = []
    step = "Try a smaller network, L2, dropout or more training rows."
    if rise is not None:
        evidence |= rise
        told.append(_told_of_rise(rise))
        keep = "callbacks.EarlyStopping(patience=5, restore_best_weights=True)"
        step = f"Keep epoch {rise['best_epoch']} ({keep}). {step}"
    if gap is not None:
        evidence |= gap
        told.append(gap["told"])
        del evidence["told"]
    if case.trials and case.can_train:
        from kerata.workbench.diagnosis.ablations import helps

        evidence["trials"], helped = helps(case)
        told.append(helped)
    return Finding("overfitting", " ".join(told), evidence, step)


def _rise(case: Case) -> dict[str, Any] | None:
    history = case.history or {}
    loss, held = history.get("loss", []), history.get("val_loss", [])
    if len(held) != len(loss) or len(held) <= _FEWEST_AFTER or not np.isfinite(held).all():
        return None
    calm = _medians(held)
    best = best_epoch(calm)
    assert best is not None
    lowest, last = calm[best - 1], calm[-1]
    noise = float(np.std(np.subtract(held, calm)[1:-1]))
    enough = last - lowest > max(OF_HIGHEST * max(calm), 3 * noise)
    falling = loss[-1] < loss[best - 1]
    late = len(held) - best >= _FEWEST_AFTER
    if not (late and enough and falling and rise_after_best(calm) >= _RISE):
        return None
    # The epoch is told from the plain curve, as everybody else tells it.
    best = best_epoch(held)
    assert best is not None
    if len(held) - best < _FEWEST_AFTER:
        return None
    if _best_weights_were_kept(case, held[best - 1], held[-1]):
        return None
    found = {
        "best_epoch": best,
        "epochs": len(held),
        "lowest_val_loss": held[best - 1],
        "last_val_loss": held[-1],
        "rise": rise_after_best(held),
        "loss_at_best": loss[best - 1],
        "last_loss": loss[-1],
    }
    for name in ("val_accuracy", "val_acc", "val_binary_accuracy"):
        if len(history.get(name, [])) == len(held):
            found["accuracy_lost"] = max(history[name]) - history[name][-1]
            break
    return found


def _told_of_rise(found: dict[str, Any]) -> str:
    cost = ""
    if found.get("accuracy_lost", 0) > 0:
        cost = f", which costs {100 * found['accuracy_lost']:.1f} points of validation accuracy"
    return (
        f"After epoch {found['best_epoch']} the validation loss rose from "
        f"{found['lowest_val_loss']:.4g} to {found['last_val_loss']:.4g} "
        f"({100 * found['rise']:.0f}% higher at epoch {found['epochs']}){cost}, while the training "
        f"loss went on falling from {found['loss_at_best']:.4g} to {found['last_loss']:.4g}."
    )


def _medians(values: list[float]) -> list[float]:
    """Take the median of three neighbours, at the ends of the last three: one is no trend."""
    windows = np.lib.stride_tricks.sliding_window_view(np.array(values), 3)
    inner = np.median(windows, axis=1).tolist()
    return [inner[0], *inner, inner[-1]]


def _best_weights_were_kept(case: Case, lowest: float, last: float) -> bool:
    """Say whether the model is as good as its best epoch, so that nothing was lost after it."""
    part = case.parts.get("validation")
    if part is None or case.loss is None:
        return False
    now = case.model.evaluate(part.rows.x, part.rows.y, verbose=0, return_dict=True)["loss"]
    return bool(now <= lowest * (1 + _KEPT) < last)


def _gap(case: Case) -> dict[str, Any] | None:
    if case.train is None or case.held is None:
        return None
    fitted, held = case.fit(case.train), case.fit(case.held)
    if fitted is None or held is None:
        return None
    if case.kind == "regression":
        return _gap_of_errors(case, fitted, held)
    low, high = difference_interval(fitted.score, held.score)
    if low < LARGE_GAP:
        return None
    one, two = 100 * fitted.score.share, 100 * held.score.share
    return {
        "train_accuracy": fitted.score.share,
        "held_out_accuracy": held.score.share,
        "gap_interval": (low, high),
        "told": (
            f"It gets {one:.1f}% of the training rows right and {two:.1f}% of the "
            f"{case.held.name} rows, {one - two:.1f} points fewer "
            f"(95% interval {100 * low:.1f} to {100 * high:.1f})."
        ),
    }


def _gap_of_errors(case: Case, fitted: Fit, held: Fit) -> dict[str, Any] | None:
    assert case.train is not None
    assert case.held is not None
    variance = float(np.var(np.asarray(case.train.y, float)))
    one, two = float(fitted.values.mean()), float(held.values.mean())
    noise = math.hypot(*(f.values.std() / math.sqrt(len(f.values)) for f in (fitted, held)))
    if not two - one > max(2 * noise, _OF_VARIANCE * variance):
        return None
    return {
        "train_error": one,
        "held_out_error": two,
        "told": (
            f"Its mean squared error is {one:.4g} on training rows and {two:.4g} on "
            f"{case.held.name} rows; the targets' variance is {variance:.4g}."
        ),
    }
