"""Counts and skewed amounts choose their loss by rows that are not for the test."""

from dataclasses import replace

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.splitting.divide import divide  # noqa: E402
from kerata.workbench.training.loss_choice import (  # noqa: E402
    LossChoice,
    candidates,
    choose_loss,
)
from kerata.workbench.training.plan import plan_training  # noqa: E402

ROWS = 400


def divided(**columns):
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 3, (ROWS, 3))
    # Noise that grows with the amount, which squared errors overrate.
    amount = np.exp(1.5 * x[:, 0] + x[:, 1]) * rng.gamma(3.0, 1 / 3, ROWS) + 0.01
    frame = pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "cost": amount})
    source = Source("made", "table", Table(frame.assign(**columns)), None, "cost")
    return divide(source, split_by="random")


@pytest.fixture(scope="module")
def skewed():
    return divided()


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ([0, 0, 1, 0, 7, 2], ["poisson"]),
        ([0, 1, 1, 0, 1, 1], []),
        ([1, 1, 1, 2, 1, 30], ["poisson", "gamma", "lognormal"]),
        ([0.0, 0.5, 0.1, 9.5], []),
        ([10.0, 11.5, 12.0, 13.5], []),
        ([-1.0, 1.0, 60.0, 1.0], []),
        ([2.5, 2.5, 2.5], []),
    ],
)
def test_what_amounts_look_like_decides_on_candidates(amounts, found):
    assert candidates(np.array(amounts, float)) == found


def test_a_clearly_better_loss_is_taken_and_told(skewed):
    choice = choose_loss(skewed)
    assert choice.loss in ("gamma", "lognormal")
    assert choice.sentence.startswith("'cost' is a skewed amount (")
    assert "--option loss=mse takes squared errors" in choice.sentence
    assert choose_loss(skewed) == choice
    planned = plan_training(skewed, "table", {})
    assert planned.of_loss == choice.sentence
    assert planned.plan.build.keywords["loss"] == choice.loss


def test_what_was_asked_for_or_takes_another_loss_is_left_alone(skewed):
    for network, options in (("table", {"loss": "mse"}), ("mlp", {}), ("linear", {})):
        planned = plan_training(skewed, network, options)
        assert planned.of_loss == ""
    assert plan_training(skewed, "table", {}, choice=LossChoice()).of_loss == ""


def test_test_rows_are_not_looked_at(skewed):
    targets = {**skewed.targets, "test": skewed.targets["test"] * 0 - 5}
    parts = {part: rows for part, rows in skewed.parts.items() if part != "test"}
    assert choose_loss(replace(skewed, targets=targets, parts=parts)) == choose_loss(skewed)


def test_squared_errors_stay_where_nothing_is_clear():
    noise = np.random.default_rng(1).exponential(size=ROWS) + 0.1
    assert choose_loss(divided(cost=noise)) == LossChoice()
    few = divided(cost=np.where(np.arange(ROWS) < 60, noise, np.nan))
    assert choose_loss(few) == LossChoice()
