"""Calibrated probabilities and intervals: by hand, against what they promise, and as files."""

import numpy as np
import pytest

import kerata
from kerata import layers
from kerata.uncertainty import fit_calibration, fit_residuals

RNG = np.random.default_rng(0)
ROWS = 600


def scores(classes, factor):
    """Probabilities whose scores are so many times too large, and the classes that came true."""
    true = RNG.normal(size=(ROWS, classes)) * 1.5
    shares = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    y = np.array([RNG.choice(classes, p=share) for share in shares])
    sure = np.exp(factor * true) / np.exp(factor * true).sum(axis=1, keepdims=True)
    return sure, y


def log_loss(p, y):
    chosen = np.where(y == 1, p, 1 - p) if p.ndim == 1 else p[np.arange(len(y)), y]
    return -np.log(chosen).mean()


@pytest.mark.parametrize("classes", [2, 4])
def test_the_temperature_is_found_and_the_log_loss_falls(classes):
    sure, y = scores(classes, 3.0)
    said = sure[:, 1] if classes == 2 else sure
    found = fit_calibration(said, y, "temperature")
    assert 0.25 < found.factor < 0.45
    assert found.after < found.before
    np.testing.assert_allclose(found.before, log_loss(said, y), rtol=1e-9)
    # The formula: scores times the factor.
    powers = np.clip(sure, 1e-7, 1 - 1e-7) ** found.factor
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        found.apply(said), expected[:, 1] if classes == 2 else expected, atol=1e-6
    )


def test_probabilities_that_are_right_stay():
    said, y = scores(3, 1.0)
    found = fit_calibration(said, y)
    assert found.method == "none"
    assert found.before == found.after == pytest.approx(log_loss(said, y))
    np.testing.assert_allclose(found.apply(said), said, rtol=1e-6)


def test_isotonic_is_chosen_where_no_temperature_helps_and_equals_scikit_learns():
    isotonic = pytest.importorskip("sklearn.isotonic")
    said = RNG.uniform(0.01, 0.99, 3000)
    y = (RNG.random(3000) < np.where(said < 0.5, 0.3, 0.4)).astype(int)
    found = fit_calibration(said, y)
    assert found.method == "isotonic"
    assert found.after < found.before - 0.05
    expert = isotonic.IsotonicRegression().fit(said, y).predict(said)
    # Bins of a hundred rows instead of single ones, and lines instead of steps.
    assert np.abs(found.apply(said) - expert).mean() < 0.02
    assert np.all(np.diff(found.apply(np.linspace(0, 1, 50))) >= 0)


def calibrated_models():
    """Models of each kind of output, calibrated, with the function that does the same."""
    x = RNG.normal(size=(ROWS, 3)).astype("float32")
    for units, activation, method in (
        (1, "sigmoid", "temperature"),
        (1, "sigmoid", "isotonic"),
        (3, "softmax", "temperature"),
    ):
        model = kerata.Sequential([kerata.Input((3,)), layers.Dense(units, activation=activation)])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.layers[-1].kernel.assign(3 * model.layers[-1].kernel.value)
        said = model.predict(x, verbose=0)
        y = (x[:, 0] + RNG.normal(size=ROWS) > 0).astype(int)
        found = fit_calibration(said, y, method)
        calibrated = kerata.calibrate(model, x, y, method=method)
        answer = calibrated.predict(x, verbose=0)
        np.testing.assert_allclose(
            answer, found.apply(said).reshape(answer.shape), atol=2e-5, err_msg=method
        )
        # The model itself is as it was.
        assert np.array_equal(model.predict(x, verbose=0), said)
        yield calibrated, x, answer


def test_calibrated_models_answer_as_the_function_does_and_are_files(tmp_path):
    for calibrated, x, answer in calibrated_models():
        calibrated.save(tmp_path / "calibrated.keras")
        there = kerata.models.load_model(tmp_path / "calibrated.keras")
        assert np.array_equal(there.predict(x, verbose=0), answer)


@pytest.mark.slow
def test_keras_opens_calibrated_models(tmp_path):
    keras = pytest.importorskip("keras")
    for calibrated, x, answer in calibrated_models():
        calibrated.save(tmp_path / "calibrated.keras")
        there = keras.models.load_model(tmp_path / "calibrated.keras")
        np.testing.assert_allclose(there.predict(x, verbose=0), answer, atol=2e-6)


def test_what_can_not_be_calibrated_is_named():
    y = np.tile([0, 1], 10)
    for said, truth, method, words in (
        (np.full(20, 0.5), y, "platt", "got 'platt'"),
        (np.full(20, 1.5), y, "auto", "from 0 to 1, and these go from 1.5 to 1.5"),
        (np.full((20, 3), 0.5), y, "auto", "add up to 1"),
        (np.full((20, 2), 0.5), y, "isotonic", "these are 2 classes"),
        (np.full(20, 0.5), y + 1, "auto", "class numbers go from 0 to 1"),
        (np.full(8, 0.5), y[:8], "auto", "at least 10 rows are needed, got 8"),
        (np.full(20, 0.5), y[:9], "auto", r"need class numbers of shape \(20,\), got \(9,\)"),
    ):
        with pytest.raises(ValueError, match=words):
            fit_calibration(said, truth, method)


def test_intervals_are_as_wide_as_the_formula_says():
    """The 18th smallest of 19 errors for 90 %; all of 9; 8 rows can't promise it."""
    errors = RNG.permutation(19) + 1.0
    found = fit_residuals(errors, np.zeros(19), 0.9)
    assert found.radius == 18
    assert fit_residuals(errors[:9], np.zeros(9), 0.9).radius == errors[:9].max()
    with pytest.raises(ValueError, match="at least 9 rows, got 8"):
        fit_residuals(errors[:8], np.zeros(8), 0.9)


@pytest.mark.parametrize("growing", [False, True])
def test_intervals_hold_what_they_promise_and_follow_the_errors(growing):
    def rows(count):
        answers = RNG.uniform(0, 10, count)
        spread = answers if growing else np.ones(count)
        return answers + spread * RNG.normal(size=count), answers

    held = [fit_residuals(*rows(500), coverage=0.8) for _ in range(20)]
    truth, answers = rows(4000)
    shares = [
        np.mean((one.interval(answers)[0] <= truth) & (truth <= one.interval(answers)[1]))
        for one in held
    ]
    assert abs(np.mean(shares) - 0.8) < 0.015
    follows = [bool(len(one.places)) for one in held]
    assert np.mean(follows) > 0.9 if growing else np.mean(follows) < 0.2


def test_a_models_intervals_for_several_outputs():
    class Off:
        def predict(self, x, verbose=0):
            return np.stack([x[:, 0], 10 * x[:, 0]], axis=1)

    x = RNG.normal(size=(400, 1))
    y = np.concatenate([x, 10 * x], axis=1) + RNG.normal(size=(400, 2)) * [1, 5]
    held = kerata.conformal(Off(), x[:200], y[:200], coverage=0.9)
    found = held.predict(x[200:])
    wide = (found.upper - found.lower).mean(axis=0)
    assert 3 < wide[0] < 4 and 15 < wide[1] < 20  # noqa: PT018
    assert 0.84 < held.coverage(x[200:], y[200:]) < 0.96


def test_what_has_no_intervals_is_named():
    for truth, answers, more, words in (
        (np.zeros(30), np.zeros(30), {"coverage": 1.0}, "between 0 and 1, got 1.0"),
        (np.zeros(30), np.zeros(30), {"width": "narrow"}, "got 'narrow'"),
        (np.zeros(30), np.zeros(29), {}, r"\(30,\) and answers \(29,\)"),
        (np.full(30, np.nan), np.zeros(30), {}, "must be finite"),
    ):
        with pytest.raises(ValueError, match=words):
            fit_residuals(truth, answers, **more)
