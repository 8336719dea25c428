"""The linear model solved exactly: ridge and logistic regression by scikit-learn."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerata import layers
from kerata.workbench.core.extras import need
from kerata.workbench.features.preparation import Inputs

# Strengths of the penalty that are tried: of ridge, and inverse ones of logistic regression.
ALPHAS = tuple(10.0**k for k in np.arange(-5, 5.5, 0.5))
INVERSE = tuple(10.0**k for k in range(-4, 4))
# Where few rows choose it by a cross-validation, which is quick, the steps are smaller.
INVERSE_OF_FEW = tuple(10.0 ** (k / 2) for k in range(-8, 3))
# In a large table the penalty matters little and each solution takes long.
INVERSE_OF_MANY, MANY = (0.01, 1.0, 100.0), 3_000_000
ITERATIONS = 1000
# Neighbouring pixels are alike, so that exact weights take many steps and answer no better.
ITERATIONS_OF_PIXELS = 60
# So many rows that each have more numbers than there are rows choose the penalty in folds.
FEW, FOLDS = 5_000, 5
# Images of so many numbers are solved; of many, so many rows choose the penalty.
MOST_PIXELS, CHOOSING_ROWS = 3072, 4_000
# All pixels of all rows, as float32 a quarter of a gigabyte.
MOST_OF_IMAGES = 60_000_000
# Newton's method solves so many weights in a few steps; with more its matrix is too large.
NEWTON = 1000
# A score that makes a class's probability vanish.
_NEVER = 30.0
# More numbers than these are not put into one dense matrix.
MOST = 200_000_000


@dataclass(frozen=True)
class Solution:
    """Weights of a linear model.

    Arguments:
        kernel: float ``(inputs, classes)``, of prepared and standardised inputs.
        bias: float ``(classes,)``.
        score: mean absolute error or log loss on the validation rows of the same model solved
            on the training rows alone; lower is better.
        sentence: which model it is.
        held: of amounts, what that same model answers the validation rows; None else.
    """

    kernel: np.ndarray
    bias: np.ndarray
    score: float
    sentence: str
    held: np.ndarray | None = None


def can_solve(inputs: Inputs, rows: int) -> bool:
    """Say whether rows of a table, a bag of words or images have a size that the solvers take."""
    if inputs.length:
        return False
    if inputs.image:
        pixels = math.prod(inputs.image)
        return pixels <= MOST_PIXELS and pixels * rows <= MOST_OF_IMAGES
    return (inputs.numbers + (sum(inputs.categories) < 2000) * sum(inputs.categories)) * rows < MOST


def solve(
    inputs: Inputs,
    task: Any,
    x: dict[str, Any],
    y: np.ndarray,
    validation: tuple[Any, np.ndarray],
    class_weight: dict[int, float] | None = None,
    quick: bool = False,
) -> Solution:
    """Solve a linear model: its penalty is chosen, then all rows that are not for the test count.

    Ridge regression chooses its penalty by leave-one-out errors, logistic regression by the log
    loss of the validation rows; both are then solved on training and validation rows together.

    Arguments:
        inputs: what a prepared row consists of.
        task: what is predicted.
        x, y: prepared training rows and encoded targets ``(rows,)``, or ``(rows, k)`` of k
            labels or targets.
        validation: the same for the validation rows.
        class_weight: weight of each class, or None.
        quick: whether one penalty is enough, to compare preparations.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    need("sklearn", "A linear model")
    train, held = design(inputs, x), design(inputs, validation[0])
    every, truth = _stacked(train, held), np.concatenate([y, validation[1]])
    if task.parts:
        return _side_by_side(
            [
                _ridge(train, y[:, k], held, validation[1][:, k], every, truth[:, k])
                for k in range(y.shape[1])
            ],
            "ridge regression for each target",
            task.scales,
        )
    if task.kind == "regression":
        return _ridge(train, y, held, validation[1], every, truth)
    if task.kind == "labels":
        solved = [
            _logistic(train, y[:, k], held, validation[1][:, k], every, truth[:, k], 2, quick)
            for k in range(y.shape[1])
        ]
        return _side_by_side(solved, "logistic regression for each label")
    count = len(task.classes)
    pixels = inputs.image is not None
    return _logistic(
        train, y, held, validation[1], every, truth, count, quick, class_weight, pixels
    )


def _side_by_side(
    solved: list[Solution], sentence: str, scales: Sequence[float] | None = None
) -> Solution:
    """Put models of the same inputs beside each other; scores are averaged in their scales."""
    scores = [one.score for one in solved]
    held = [one.held for one in solved if one.held is not None]
    return Solution(
        np.concatenate([one.kernel for one in solved], axis=1),
        np.concatenate([one.bias for one in solved]),
        float(np.mean(np.divide(scores, 1.0 if scales is None else scales))),
        sentence,
        np.stack(held, axis=1) if held else None,
    )


def use(solution: Solution, inputs: Inputs, model: Any) -> str:
    """Put the weights into the model that ``dense.linear`` built from the same inputs.

    Returns:
        The solution's sentence.
    """
    dense = [layer for layer in model.layers if isinstance(layer, layers.Dense)]
    pixels = math.prod(inputs.image or (0,))
    widths = [inputs.numbers, sum(inputs.categories), inputs.words, pixels]
    ends = np.cumsum([width for width in widths if width])
    # The network works in standard deviations of a regression's targets, and adds their means.
    scale = np.asarray(inputs.target_scales or inputs.target_scale)
    mean = np.asarray(inputs.target_means or inputs.target_mean)
    for layer, kernel in zip(dense, np.split(solution.kernel / scale, ends[:-1]), strict=True):
        layer.kernel.assign(kernel.astype("float32"))
    bias = dense[-1].bias
    assert bias is not None
    bias.assign(((solution.bias - mean) / scale).astype("float32"))
    return solution.sentence


def outputs(solution: Solution, inputs: Inputs, task: Any, x: Any) -> np.ndarray:
    """Give what the model with these weights answers, without the model.

    Arguments:
        solution: the weights.
        inputs: what a prepared row consists of.
        task: what is predicted.
        x: prepared rows.

    Returns:
        Float32, as ``outputs_of`` gives it: ``(rows,)``, or ``(rows, k)`` for k classes, labels
        or targets.
    """
    return answers(task, np.asarray(design(inputs, x) @ solution.kernel) + solution.bias)


def answers(task: Any, scores: np.ndarray) -> np.ndarray:
    """Turn scores of a linear model into answers, as ``outputs`` gives them.

    Arguments:
        task: what is predicted.
        scores: ``(rows, k)`` of k classes, labels or targets; one column for two classes.
    """
    from scipy.special import expit, softmax

    if task.kind == "classes":
        found = softmax(scores, axis=1)
    else:
        found = scores if task.kind == "regression" else expit(scores)
    found = found.astype(np.float32)
    return found if task.parts or task.kind in ("classes", "labels") else found[:, 0]


def design(inputs: Inputs, x: Any) -> Any:
    """Give the matrix ``(rows, inputs)`` that a linear model multiplies with its weights.

    Arguments:
        inputs: what a prepared row consists of.
        x: prepared rows: a dictionary of the parts, or the only part.

    Returns:
        Float64, standardised numbers beside zeros and ones of categories and words, or
        standardised pixels as float32; SciPy CSR where most of it is zero.
    """
    parts = dict(x) if isinstance(x, dict) else {_only(inputs): x}
    found: list[Any] = []
    if "numbers" in parts:
        spread = np.sqrt(np.maximum(np.asarray(inputs.variance), 1e-14))
        found.append((np.asarray(parts["numbers"], float) - np.asarray(inputs.mean)) / spread)
    if "categories" in parts:
        found.append(_one_hot(np.asarray(parts["categories"]), sum(inputs.categories)))
    if "words" in parts:
        found.append(parts["words"].astype(float))
    if "image" in parts:
        spread = np.sqrt(np.maximum(np.asarray(inputs.variance), 1e-14))
        scaled = (np.asarray(parts["image"], np.float32) - np.asarray(inputs.mean)) / spread
        # Half the memory to go through; pixels are whole numbers up to 255.
        found.append(scaled.astype(np.float32).reshape(len(scaled), -1))
    if len(found) == 1 and isinstance(found[0], np.ndarray):
        return found[0]
    from scipy import sparse

    joined = sparse.hstack([sparse.csr_matrix(part) for part in found], format="csr")
    few = joined.shape[1] < 2000 and joined.nnz > 0.1 * joined.shape[0] * joined.shape[1]
    return joined.toarray() if few else joined


def _only(inputs: Inputs) -> str:
    if inputs.image:
        return "image"
    return "numbers" if inputs.numbers else "categories" if inputs.categories else "words"


def _one_hot(ids: np.ndarray, width: int) -> Any:
    from scipy import sparse

    rows, columns = ids.shape
    starts = np.arange(0, rows * columns + 1, columns)
    return sparse.csr_matrix((np.ones(rows * columns), ids.ravel(), starts), (rows, width))


def _stacked(first: Any, second: Any) -> Any:
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return np.concatenate([first, second])
    from scipy import sparse

    return sparse.vstack([sparse.csr_matrix(first), sparse.csr_matrix(second)], format="csr")


def _ridge(
    train: Any, y: np.ndarray, held: Any, held_y: np.ndarray, every: Any, truth: np.ndarray
) -> Solution:
    from sklearn.linear_model import Ridge, RidgeCV

    dense = isinstance(train, np.ndarray)

    def error(alpha: float) -> float:
        return float(np.mean((Ridge(alpha).fit(train, y).predict(held) - held_y) ** 2))

    if dense:
        alone = RidgeCV(ALPHAS).fit(train, y)
        best = RidgeCV(ALPHAS).fit(every, truth)
        alpha, how = float(best.alpha_), "leave-one-out errors"
    else:
        # Leave-one-out errors of sparse rows would take a matrix of all pairs of rows.
        alpha, how = min(ALPHAS[::2], key=error), "validation rows"
        alone, best = Ridge(alpha).fit(train, y), Ridge(alpha).fit(every, truth)
    said = alone.predict(held)
    return Solution(
        best.coef_.reshape(-1, 1),
        np.atleast_1d(best.intercept_),
        float(np.mean(np.abs(said - held_y))),
        f"ridge regression, penalty {alpha:.3g} by {how}",
        said,
    )


def _logistic(
    train: Any,
    y: np.ndarray,
    held: Any,
    held_y: np.ndarray,
    every: Any,
    truth: np.ndarray,
    classes: int,
    quick: bool,
    class_weight: dict[int, float] | None = None,
    pixels: bool = False,
) -> Solution:
    tried = (1.0,) if quick else inverse_penalties(train)
    if len(np.unique(y)) < 2:
        return _always(every.shape[1], int(y[0]), classes)
    some = slice(None, None, -(-len(y) // CHOOSING_ROWS) if pixels else 1)

    def loss(inverse: float, x: Any, targets: np.ndarray, out: Any, truth: np.ndarray) -> float:
        model = _regression(x, targets, inverse, classes, class_weight, pixels)
        return _log_loss(model, out, truth)

    def held_out(inverse: float) -> float:
        return loss(inverse, train[some], y[some], held, held_y)

    if not quick and not pixels and _is_wide(every, truth):
        # A few validation rows choose at random between penalties that decide much here.
        folds, how, tried = _folds_of(truth), "a cross-validation", INVERSE_OF_FEW
        totals = [
            sum(loss(inverse, every[a], truth[a], every[b], truth[b]) for a, b in folds)
            for inverse in tried
        ]
        inverse = tried[int(np.argmin(totals))]
        score = held_out(inverse)
    else:
        losses, how = [held_out(inverse) for inverse in tried], "validation rows"
        inverse, score = tried[int(np.argmin(losses))], min(losses)
    learned = (train, y) if quick else (every, truth)
    kernel, bias = logistic(*learned, inverse, classes, class_weight, pixels)
    return Solution(
        kernel,
        bias,
        score,
        f"logistic regression, inverse penalty {inverse:.3g} by {how}",
    )


def inverse_penalties(x: Any) -> tuple[float, ...]:
    """Give the inverse penalties of logistic regression that are tried on so many numbers.

    Arguments:
        x: the matrix of the training rows.
    """
    size = x.size if isinstance(x, np.ndarray) else x.nnz
    return INVERSE_OF_MANY if size > MANY else INVERSE


def logistic(
    x: Any,
    y: np.ndarray,
    inverse: float,
    classes: int,
    class_weight: dict[int, float] | None = None,
    pixels: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Solve a logistic regression.

    Arguments:
        x: matrix ``(rows, inputs)``, see ``design``.
        y: class numbers ``(rows,)``, of which some may be missing.
        inverse: of the penalty's strength.
        classes: how many there are.
        class_weight: weight of each class, or None.
        pixels: whether the inputs are those of images.

    Returns:
        Kernel ``(inputs, classes)`` and bias ``(classes,)``; with two classes one score, that of
        the second.
    """
    if len(np.unique(y)) < 2:
        only = _always(x.shape[1], int(y[0]), classes)
        return only.kernel, only.bias
    best = _regression(x, y, inverse, classes, class_weight, pixels)
    if classes > 2 and len(best.classes_) < classes:
        return _with_missing(best, classes)
    return best.coef_.T, best.intercept_


def _regression(
    x: Any,
    y: np.ndarray,
    inverse: float,
    classes: int,
    class_weight: dict[int, float] | None,
    pixels: bool,
) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    few = x.shape[1] * max(1, classes if classes > 2 else 1) <= NEWTON
    exact = few and isinstance(x, np.ndarray) and not pixels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(
            C=inverse,
            solver="newton-cholesky" if exact else "lbfgs",
            max_iter=ITERATIONS_OF_PIXELS if pixels else ITERATIONS,
            tol=1e-5,
            class_weight=class_weight,
        ).fit(x, y)


def _is_wide(x: Any, truth: np.ndarray) -> bool:
    """Say whether few rows have more numbers each than there are rows."""
    rows, columns = x.shape
    few = isinstance(x, np.ndarray) and rows < columns and rows <= FEW
    return few and int(np.unique(truth, return_counts=True)[1].min()) >= FOLDS


def _folds_of(truth: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return list(folds.split(truth[:, None], truth))


def _always(width: int, answer: int, classes: int) -> Solution:
    """Give weights that always lead to the only class there is."""
    bias = np.full(classes if classes > 2 else 1, -_NEVER if answer == 0 else _NEVER)
    if classes > 2:
        bias = np.where(np.arange(classes) == answer, 0.0, -_NEVER)
    return Solution(np.zeros((width, len(bias))), bias, 0.0, "one class only")


def _with_missing(model: Any, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Add classes that no row has, which are never answered."""
    known = model.classes_.astype(int)
    kernel, bias = np.zeros((model.coef_.shape[1], classes)), np.full(classes, -_NEVER)
    if len(known) == 2:
        # With two classes there is one score: of the second against the first.
        kernel[:, known[1]], bias[known] = model.coef_[0], [0.0, model.intercept_[0]]
    else:
        kernel[:, known], bias[known] = model.coef_.T, model.intercept_
    return kernel, bias


def _log_loss(model: Any, x: Any, truth: np.ndarray) -> float:
    chances = model.predict_proba(x)
    place = np.searchsorted(model.classes_, truth)
    known = (place < len(model.classes_)) & (
        model.classes_[np.minimum(place, len(model.classes_) - 1)] == truth
    )
    chosen = chances[np.arange(len(truth)), np.minimum(place, len(model.classes_) - 1)]
    return float(-np.mean(np.log(np.clip(np.where(known, chosen, 0.0), 1e-7, 1))))
