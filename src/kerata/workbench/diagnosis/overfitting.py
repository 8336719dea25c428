"""Overfitting: from which epoch, how much it costs, and what helps."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.learning_curves import OF_HIGHEST, best_epoch, rise_after_best
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.fit import compare_fits

# A rise that lasts fewer epochs may be chance.
_FEWEST_AFTER = 3
# The validation loss of most healthy networks creeps up by 10 to 20 % when they train on.
_RISE = 0.25
# A loss this close to the best epoch's says that the best weights were kept.
_KEPT = 0.03


def overfitting(context: DiagnosisContext) -> Finding | None:
    """Look for a validation loss that rises, and for training rows known by heart."""
    rise, fit = _rise(context), compare_fits(context)
    gap = fit if fit is not None and fit.size == "large" else None
    if rise is None and gap is None:
        return None
    evidence: dict[str, Any] = {}
    message = []
    step = context.terms.remedy("smaller")
    if rise is not None:
        evidence |= rise
        message.append(_rise_sentence(rise))
        step = context.terms.remedy("keep the best epoch", epoch=rise["best_epoch"])
    if gap is not None:
        evidence |= gap.evidence
        message.append(gap.sentence)
    if context.trials and context.can_train:
        from kerata.workbench.diagnosis.ablations import helps

        evidence["trials"], helped = helps(context)
        message.append(helped)
    return Finding("overfitting", " ".join(message), evidence, step)


def _rise(context: DiagnosisContext) -> dict[str, Any] | None:
    if context.terms.keeps_best:
        return None
    history = context.history or {}
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
    # The reported epoch is that of the plain curve, as elsewhere.
    best = best_epoch(held)
    assert best is not None
    if len(held) - best < _FEWEST_AFTER:
        return None
    if _best_weights_were_kept(context, held[best - 1], held[-1]):
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


def _rise_sentence(found: dict[str, Any]) -> str:
    cost = ""
    if found.get("accuracy_lost", 0) > 0:
        cost = f", which costs {100 * found['accuracy_lost']:.1f} points of validation accuracy"
    return (
        f"After epoch {found['best_epoch']} the validation loss rose from "
        f"{number(found['lowest_val_loss'])} to {number(found['last_val_loss'])} "
        f"({100 * found['rise']:.0f}% higher at epoch {found['epochs']}){cost}, while the training "
        f"loss went on falling from {number(found['loss_at_best'])} to "
        f"{number(found['last_loss'])}."
    )


def _medians(values: list[float]) -> list[float]:
    """Take the median of three neighbours, at the ends of the last three: one is no trend."""
    windows = np.lib.stride_tricks.sliding_window_view(np.array(values), 3)
    inner = np.median(windows, axis=1).tolist()
    return [inner[0], *inner, inner[-1]]


def _best_weights_were_kept(context: DiagnosisContext, lowest: float, last: float) -> bool:
    """Say whether the model is as good as its best epoch, so that nothing was lost after it."""
    part = context.parts.get("validation")
    if part is None or context.loss is None:
        return False
    now = context.model.evaluate(part.rows.x, part.rows.y, verbose=0, return_dict=True)["loss"]
    return bool(now <= lowest * (1 + _KEPT) < last)
