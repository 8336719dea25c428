"""The last layer: does it fit the loss, is it sure without reason, does it answer at all."""

from __future__ import annotations

import numpy as np

from kerata.workbench.core.findings import Finding
from kerata.workbench.core.intervals import Score, wilson_interval
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.learned import what_was_learned

_RANGES = {
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "softplus": (0.0, np.inf),
}
# Share of targets outside the output range that is tolerated.
_OUTSIDE = 0.01
# Answers with this certainty should be wrong once in a thousand times.
_SURE = 0.999
# Tolerated share of wrong answers among them, the whole interval counted.
_WRONG = 0.05
_FEWEST = 20
# One answer for nearly all rows, where it is right for far fewer.
_ONE_ANSWER = 0.99
_RIGHT_FOR = 0.9
# Spread of predictions, as a share of the targets' spread.
_NO_SPREAD = 0.02


def wrong_last_activation(context: DiagnosisContext) -> Finding | None:
    """Compare the last activation with what the loss and the targets expect."""
    if (
        context.layer_statistics is None
        or context.loss is None
        or not context.layer_statistics.seen
    ):
        return None
    last = context.layer_statistics.seen[-1]
    if last.outputs is None or last.outputs.ndim != 2:
        return None
    has, width = last.activation, last.outputs.shape[1]
    message = step = ""
    if width == 1 and has == "softmax":
        message = "The last layer is a softmax over one unit, whose answer is always 1."
        step = context.terms.remedy("one unit")
    elif not has and not last.layer.weights and _are_probabilities(last.outputs, context.kind):
        # A mean of networks, say: no activation, and none is missing.
        pass
    elif context.kind in ("binary", "labels", "classes"):
        message, step = _for_probabilities(context, has)
    elif context.kind == "regression" and has in _RANGES and context.train is not None:
        low, high = _RANGES[has]
        y = np.asarray(context.train.y, float)
        outside = float(np.mean((y < low) | (y > high)))
        if outside > _OUTSIDE:
            message = (
                f"The last activation {has!r} can only answer from {number(low)} to {_end(high)}, "
                f"and "
                f"{100 * outside:.0f}% of the training targets lie outside."
            )
            step = context.terms.remedy("free range")
    if not message:
        return None
    evidence = {"activation": has or "linear", "loss": context.loss_name, "units": width}
    return Finding("wrong last activation", message, evidence, step, "serious")


def _are_probabilities(outputs: np.ndarray, kind: str | None) -> bool:
    within = bool((outputs >= 0).all() and (outputs <= 1).all())
    return within and (kind != "classes" or bool(np.allclose(outputs.sum(axis=1), 1, atol=1e-3)))


def _for_probabilities(context: DiagnosisContext, has: str) -> tuple[str, str]:
    wanted = "softmax" if context.kind == "classes" else "sigmoid"
    name = context.loss_name
    if context.from_logits:
        if has in ("softmax", "sigmoid"):
            message = f"The loss {name} has from_logits=True, but the last layer ends in a {has}."
            return f"{message} It is applied twice.", context.terms.remedy("one of two")
        return "", ""
    if has == wanted or (has == "softmax" and context.kind in ("binary", "labels")):
        # A softmax with binary cross-entropy on one-hot targets is odd, yet trains.
        return "", ""
    if has == "sigmoid":
        message = f"{name} expects probabilities that add up to 1; a sigmoid's don't."
    else:
        message = (
            f"{name} expects probabilities, but the last layer ends in "
            f"{repr(has) if has else 'no activation'}, whose outputs may lie outside 0 to 1."
        )
    return message, context.terms.remedy("last activation", wanted=wanted)


def certain_and_wrong(context: DiagnosisContext) -> Finding | None:
    """Look for held-out rows that are answered wrongly with full certainty."""
    fit = None if context.held is None else context.fit(context.held)
    if context.held is None or fit is None or fit.certainty is None:
        return None
    sure = fit.certainty > _SURE
    if sure.sum() < _FEWEST:
        return None
    score = Score(int((1 - fit.values[sure]).sum()), int(sure.sum()))
    low, high = wilson_interval(score)
    if low < _WRONG:
        return None
    message = (
        f"It is more than 99.9% certain of {score.total:,} of {len(sure):,} {context.held.name} "
        f"rows, and {score.correct:,} of those are wrong ({100 * score.share:.1f}%, 95% interval "
        f"{100 * low:.1f} to {100 * high:.1f}): its probabilities are saturated."
    )
    step = context.terms.remedy("less certain")
    evidence = {"certain": score.total, "wrong": score.correct, "interval": (low, high)}
    return Finding("saturated outputs", message, evidence, step)


def constant_predictions(context: DiagnosisContext) -> Finding | None:
    """Look for one answer to all training rows."""
    fit = None if context.train is None else context.fit(context.train)
    if context.train is None or fit is None:
        return None
    step = context.terms.remedy("other answers", context.rate)
    truth = context.labels(context.train)
    if truth is None:
        y = np.asarray(context.train.y, float)
        spread, wanted = float(fit.answers.std(axis=0).max()), float(y.std(axis=0).max())
        if wanted == 0 or spread >= _NO_SPREAD * wanted:
            return None
        message = (
            f"All {len(fit.answers):,} training rows looked at get nearly the same answer: "
            f"predictions spread by {number(spread, 3)}, targets by {number(wanted, 3)}."
        )
        evidence = {"spread": spread, "targets_spread": wanted}
        return Finding("constant predictions", message, evidence, step, "serious")
    counts = np.bincount(fit.answers)
    answer, said = int(counts.argmax()), float(counts.max() / counts.sum())
    right = float(np.mean(truth == answer))
    if said < _ONE_ANSWER or right > _RIGHT_FOR:
        return None
    message = (
        f"It answers class {context.terms.class_name(answer)} for {100 * said:.1f}% of the "
        f"training rows looked at, and "
        f"that is right for {100 * right:.1f}% of them."
    )
    evidence = {"answer": answer, "said": said, "right": right}
    if what_was_learned(truth, fit).shown:
        # Its probabilities tell classes apart; the frequent one is always the likeliest.
        message += " Its probabilities tell the classes apart all the same."
        step = context.terms.weigh(truth)
        return Finding("constant predictions", message, evidence, step)
    return Finding("constant predictions", message, evidence, step, "serious")


def _end(high: float) -> str:
    return number(high) if np.isfinite(high) else "infinity"
