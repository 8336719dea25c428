"""Calibration: probabilities changed so that they come true as often as they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata import layers, ops
from kerata.layers import Input
from kerata.models import Model

METHODS = ("none", "temperature", "isotonic")
# Between these the factor of the scores is looked for: one over the temperature.
LEAST, MOST = 0.02, 50.0
# Probabilities are no nearer to 0 and 1 than that, as in the cross-entropies.
EDGE = 1e-7
FOLDS = 5
# With fewer rows of a class, steps follow luck.
FEWEST = 100
# The isotonic function is one of so many bins at most, of so many rows at least.
BINS, ROWS_A_BIN, GAP = 30, 20, 1e-3


@dataclass(frozen=True)
class Calibration:
    """A function from probabilities to calibrated ones.

    Attributes:
        method: ``'none'``, ``'temperature'`` or ``'isotonic'``.
        factor: what scores (logits) are multiplied by, one over the temperature; below 1 makes
            probabilities less extreme.
        knots, values: of the isotonic function, which is linear in between; empty without.
        before, after: mean log loss of rows that it was not fitted on, by cross-validation.
        gain: by how much the log loss is lower for each row, ``(rows,)``.

    >>> sure = np.array([0.001, 0.001, 0.999, 0.999] * 40)
    >>> found = fit_calibration(sure, np.array([0, 0, 1, 1] * 30 + [0, 1, 0, 1] * 10))
    >>> found.method, found.factor < 1, found.after < found.before
    ('temperature', True, True)
    """

    method: str
    factor: float
    knots: np.ndarray
    values: np.ndarray
    before: float
    after: float
    gain: np.ndarray

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Calibrate probabilities.

        Arguments:
            probabilities: ``(rows,)`` or ``(rows, k)``, of the shape that it was fitted on.

        Returns:
            Array of the same shape, float32.
        """
        if self.method == "isotonic":
            found = np.interp(probabilities, self.knots, self.values)
        elif self.method == "temperature":
            found = _scaled(np.asarray(probabilities, float), self.factor)
        else:
            found = np.asarray(probabilities)
        return found.astype(np.float32)

    def joined(self, model: Any, x: Any) -> Any:
        """Give a model that answers with calibrated probabilities.

        Arguments:
            model: built, with one output of probabilities.
            x: rows, from which a model without a graph learns what its inputs are.
        """
        if getattr(model, "_graph", None) is not None:
            given, said = model.input, model.output
        else:
            rows = np.asarray(x)
            given = Input(rows.shape[1:], dtype=str(rows.dtype))
            said = model(given)
        whole = Model(given, self._answer(said), name=f"{model.name}_calibrated")
        if getattr(model, "optimizer", None) is not None:
            whole.compile("adam", model.loss, metrics=model._compiled["metrics"])
        return whole

    def _answer(self, said: Any) -> Any:
        if self.method == "none":
            return said
        if self.method == "isotonic":
            slopes = np.diff(self.values) / np.diff(self.knots)
            bends = np.diff(np.concatenate([[0.0], slopes, [0.0]]))
            # A sum of bends: relu(p - knot) times the change of slope there.
            bent = layers.Dense(len(self.knots), activation="relu", name="knots")
            summed = layers.Dense(1, name="calibrated")
            answer = summed(bent(said))
            bent.set_weights([np.ones((1, len(self.knots)), "float32"), -self.knots])
            summed.set_weights([bends[:, None], self.values[:1]])
            return answer
        many = said.shape[-1] > 1
        clipped = ops.clip(said, EDGE, 1 - EDGE)
        scores = ops.log(clipped) if many else ops.log(clipped) - ops.log(1 - clipped)
        scaled = layers.Rescaling(self.factor, name="temperature")(scores)
        kind = "softmax" if many else "sigmoid"
        return layers.Activation(kind, name="calibrated")(scaled)


def fit_calibration(probabilities: np.ndarray, y: np.ndarray, method: str = "auto") -> Calibration:
    """Fit a calibration on rows that the model did not learn from.

    Temperature scaling multiplies scores by one factor; isotonic regression takes any rising
    function of one probability, here of at most 30 bins of as many rows, linear in between.

    Arguments:
        probabilities: ``(rows,)`` or ``(rows, 1)`` of the second of two classes, or ``(rows, k)``
            of k classes that exclude each other.
        y: class numbers ``(rows,)``.
        method: ``'temperature'``, ``'isotonic'`` (one probability), or ``'auto'``, which takes the
            one with the lowest log loss by cross-validation, and changes nothing unless that is
            lower by more than its standard error.

    Raises:
        ValueError: another method; arrays that do not fit; fewer than 10 rows; isotonic
            regression of several probabilities.

    Source: Guo and others, On Calibration of Modern Neural Networks (ICML 2017); Zadrozny and
    Elkan, Transforming Classifier Scores into Accurate Multiclass Probability Estimates (KDD 2002).
    """
    if method not in ("auto", *METHODS):
        raise ValueError(
            f"calibrate: method must be one of 'auto', {', '.join(map(repr, METHODS))}, got "
            f"{method!r}."
        )
    said, truth = _checked(probabilities, y)
    if method == "isotonic" and said.ndim > 1:
        raise ValueError(
            "calibrate: isotonic regression is for one probability, and these are "
            f"{said.shape[1]} classes: take method='temperature'."
        )
    place = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    base = _row_losses(said, truth)
    tried: dict[str, np.ndarray] = {}
    for name in METHODS[1:] if method == "auto" else (method,) * (method != "none"):
        few = said.ndim > 1 or np.bincount(truth, minlength=2).min() < FEWEST
        if method == "auto" and name == "isotonic" and few:
            continue
        losses = tried[name] = np.empty(len(truth))
        for fold in range(FOLDS):
            out = place == fold
            fitted = _FITS[name](said[~out], truth[~out])
            losses[out] = _row_losses(fitted.apply(said[out]), truth[out])
    best = method
    if method == "auto":
        # What is more complicated must be clearly better.
        best, lowest = "none", base
        for name, losses in tried.items():
            less = lowest - losses
            if less.mean() > less.std(ddof=1) / np.sqrt(len(less)):
                best, lowest = name, losses
    fitted = _FITS[best](said, truth)
    after = base if best == "none" else tried[best]
    return Calibration(
        best,
        fitted.factor,
        fitted.knots,
        fitted.values,
        float(base.mean()),
        float(after.mean()),
        base - after,
    )


def calibrate(model: Any, x: Any, y: Any, *, method: str = "auto") -> Any:
    """Give a model whose probabilities come true as often as they say.

    Arguments:
        model: answers with one sigmoid ``(batch, 1)`` or with a softmax ``(batch, k)``; it stays
            as it is and shares its weights with the one that is given back.
        x, y: rows that it did not learn from, and their class numbers ``(rows,)``, or one-hot
            ``(rows, k)``.
        method: ``'temperature'``, ``'isotonic'`` (one probability), or ``'auto'``: what has the
            lowest log loss by cross-validation on these rows, if that is clear; else nothing
            is changed.

    Returns:
        A model of the same inputs and outputs, compiled as the given one was; it is saved as any
        other and opens in Keras too.

    Raises:
        ValueError: see ``fit_calibration``; outputs that are no probabilities.

    >>> import kerata
    >>> model = kerata.Sequential([kerata.Input((1,)), layers.Dense(1, activation="sigmoid")])
    >>> model.set_weights([np.array([[9.0]], "float32"), np.zeros(1, "float32")])
    >>> x = np.tile([-1.0, -1, -1, -1, 1, 1, 1, 1], 10).reshape(-1, 1).astype("float32")
    >>> calibrated = calibrate(model, x, np.tile([0, 0, 0, 1, 1, 1, 1, 0], 10))
    >>> model.predict(x[:1], verbose=0).item() < 0.001
    True
    >>> round(calibrated.predict(x[:1], verbose=0).item(), 2)
    0.25
    """
    said = np.asarray(model.predict(x, verbose=0))
    if said.ndim != 2:
        raise ValueError(
            f"calibrate: the model gives outputs of shape {said.shape}, where probabilities "
            "(rows, classes) are expected."
        )
    truth = np.asarray(y)
    if truth.ndim == 2 and truth.shape[1] == said.shape[1] > 1:
        truth = truth.argmax(axis=1)
    return fit_calibration(said, truth, method).joined(model, x)


def _checked(probabilities: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    said, truth = np.asarray(probabilities, float), np.asarray(y)
    if said.ndim == 2 and said.shape[1] == 1:
        said = said[:, 0]
    truth = truth[:, 0] if truth.ndim == 2 and truth.shape[1] == 1 else truth
    if truth.shape != said.shape[:1] or said.ndim not in (1, 2):
        raise ValueError(
            f"calibrate: probabilities of shape {said.shape} need class numbers of shape "
            f"{said.shape[:1]}, got {truth.shape}."
        )
    if len(truth) < 2 * FOLDS:
        raise ValueError(f"calibrate: at least {2 * FOLDS} rows are needed, got {len(truth)}.")
    if not np.all((said >= 0) & (said <= 1)):
        raise ValueError(
            f"calibrate: probabilities lie from 0 to 1, and these go from {np.min(said):.3g} to "
            f"{np.max(said):.3g}: put a sigmoid or a softmax behind the scores."
        )
    if said.ndim == 2 and not np.allclose(said.sum(axis=1), 1, atol=1e-3):
        raise ValueError(
            "calibrate: the probabilities of a row add up to 1 (a softmax); those of labels that "
            "don't exclude each other are calibrated one by one."
        )
    classes = 2 if said.ndim == 1 else said.shape[1]
    if not np.all(np.isin(truth, np.arange(classes))):
        raise ValueError(f"calibrate: class numbers go from 0 to {classes - 1}.")
    return said, truth.astype(int)


def _scores(said: np.ndarray) -> np.ndarray:
    """Give scores whose sigmoid or softmax the probabilities are."""
    clipped = np.clip(said, EDGE, 1 - EDGE)
    if said.ndim == 1 or said.shape[1] == 1:
        return np.log(clipped) - np.log(1 - clipped)
    return np.log(clipped)


def _scaled(said: np.ndarray, factor: float) -> np.ndarray:
    scores = factor * _scores(said)
    if scores.ndim == 1 or scores.shape[1] == 1:
        return 1 / (1 + np.exp(-scores))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _row_losses(said: np.ndarray, truth: np.ndarray) -> np.ndarray:
    chosen = (
        np.where(truth == 1, said, 1 - said)
        if said.ndim == 1
        else said[np.arange(len(truth)), truth]
    )
    return -np.log(np.clip(chosen, EDGE, 1))


def _none(said: np.ndarray, truth: np.ndarray) -> Calibration:
    return Calibration("none", 1.0, np.zeros(0), np.zeros(0), 0.0, 0.0, np.zeros(0))


def _temperature(said: np.ndarray, truth: np.ndarray) -> Calibration:
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    scores = _scores(said)
    if said.ndim == 1:
        scores = np.stack([np.zeros(len(scores)), scores], axis=1)
    chosen = scores[np.arange(len(truth)), truth]

    def loss(power: float) -> float:
        factor = np.exp(power)
        return float(np.mean(logsumexp(factor * scores, axis=1) - factor * chosen))

    bounds = np.log(LEAST), np.log(MOST)
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    factor = float(np.exp(found.x))
    return Calibration("temperature", factor, np.zeros(0), np.zeros(0), 0.0, 0.0, np.zeros(0))


def _isotonic(said: np.ndarray, truth: np.ndarray) -> Calibration:
    from scipy.optimize import isotonic_regression

    order = np.argsort(said, kind="stable")
    bins = int(np.clip(len(said) // ROWS_A_BIN, 2, BINS))
    parts = np.array_split(order, bins)
    knots = np.array([said[part].mean() for part in parts])
    # Steps between knots that are too close would be lost in single precision.
    place = np.concatenate([[0], np.cumsum(np.diff(np.floor(knots / GAP)) > 0)])
    counts = np.bincount(place, [len(part) for part in parts])
    knots = np.bincount(place, [said[part].sum() for part in parts]) / counts
    shares = np.bincount(place, [truth[part].sum() for part in parts]) / counts
    if len(knots) < 2 or np.diff(knots).min() < GAP / 10:
        return _none(said, truth)
    # A probability of 0 would be refuted by a single row.
    edge = 1 / (len(truth) + 2)
    values = np.clip(isotonic_regression(shares, weights=counts).x, edge, 1 - edge)
    return Calibration("isotonic", 1.0, knots, values, 0.0, 0.0, np.zeros(0))


_FITS: dict[str, Callable[[np.ndarray, np.ndarray], Calibration]] = {
    "none": _none,
    "temperature": _temperature,
    "isotonic": _isotonic,
}
