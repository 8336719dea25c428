"""Pictures of searches show the scores they were given."""

import itertools

import numpy as np
import pytest

from kerata import plots
from kerata.plots.search_panels import interval


class Found:
    """Results as a search gives them, with made-up scores."""

    metric, mode = "val_accuracy", "max"
    metrics = ("val_accuracy", "accuracy")

    def __init__(self, space, failed=(), shuffled=False):
        chosen = list(itertools.product(*space.values()))
        if shuffled:
            chosen = chosen[::3]
        self.candidates = [dict(zip(space, values, strict=True)) for values in chosen]
        rng = np.random.default_rng(0)
        self._scores = 0.8 + 0.1 * rng.random((len(chosen), 4))
        self._scores[list(failed)] = np.nan

    def scores(self, name=None):
        return self._scores + (0.05 if name == "accuracy" else 0)

    def ranking(self):
        means = self._scores.mean(axis=1)
        return sorted(np.flatnonzero(np.isfinite(means)), key=lambda i: -means[i])


TWO = {"rate": [0.001, 0.01, 0.1], "units": [4, 8]}
MANY = TWO | {"activation": ["relu", "tanh"]}


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def test_a_heat_map_holds_the_means(tmp_path):
    found = Found(TWO, failed=[5])
    figure = plots.search(found, path=tmp_path / "heat.png", title_text="Two names")
    assert titles(figure) == ["accuracy (mean over the folds)", "rate", "units"]
    texts = [t.get_text() for t in figure.axes[0].texts]
    means = found.scores().mean(axis=1).reshape(3, 2).T.ravel()
    assert texts == [f"{m:.4g}" if np.isfinite(m) else "failed" for m in means]
    bold = [t.get_text() for t in figure.axes[0].texts if t.get_fontweight() == "bold"]
    assert bold == [f"{np.nanmax(means):.4g}"]
    assert (tmp_path / "heat.png").stat().st_size > 5000


def test_a_heat_map_of_three_names_shows_the_best_of_the_third():
    found = Found(MANY)
    figure = plots.search(found, kind="heat")
    best = found.scores().mean(axis=1).reshape(3, 2, 2).max(axis=2).T
    texts = [t.get_text() for t in figure.axes[0].texts]
    assert texts == [f"{m:.4g}" for m in best.ravel()]


def test_parallel_coordinates_have_a_line_a_candidate():
    found = Found(MANY, failed=[2], shuffled=True)
    figure = plots.search(found)
    assert titles(figure)[1:] == ["rate", "units", "activation"]
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 4]
    assert len(lines) == len(found.candidates) - 1
    thick = max(lines, key=lambda line: line.get_linewidth())
    assert thick.get_ydata()[-1] == 1


def test_curves_hold_the_other_names_at_the_best():
    found = Found(TWO)
    figure = plots.search(found, kind="curves")
    best = found.candidates[found.ranking()[0]]
    own = [i for i, c in enumerate(found.candidates) if c["units"] == best["units"]]
    held, training = figure.axes[0].lines[:2]
    np.testing.assert_allclose(held.get_ydata(), found.scores().mean(axis=1)[own])
    np.testing.assert_allclose(training.get_ydata(), found.scores("accuracy").mean(axis=1)[own])
    assert figure.axes[0].get_xscale() == "log"
    assert figure.axes[1].get_xscale() == "linear"


def test_intervals_of_shares_end_at_one():
    found = Found({"units": [4, 8, 16]})
    found._scores = np.array([[0.7, 1.0], [0.9, 1.0], [1.0, 1.0]])
    axes = plots.search(found, kind="curves").axes[0]
    bands = [band.get_paths()[0].vertices[:, 1] for band in axes.collections]
    assert max(map(max, bands)) <= 1.05
    assert bands[0].max() == 1
    found.metric = "val_loss"
    axes = plots.search(found, kind="curves").axes[0]
    assert axes.collections[0].get_paths()[0].vertices[:, 1].max() > 1


def test_the_interval_takes_the_spreads_together():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(500, 20, 3))
    inside = [np.abs(means) <= margin for means, margin in map(interval, scores)]
    assert 0.94 < np.mean(inside) < 0.96
    assert interval(scores[0, :, :1])[1] == 0


@pytest.mark.parametrize(
    ("space", "kind", "message"),
    [
        (TWO, "heatmap", "Did you mean 'heat'"),
        ({"units": [1, 2]}, "heat", "two names that vary"),
        ({"units": [1]}, "auto", "differ in no value"),
    ],
    ids=["kind", "one-name", "none"],
)
def test_what_cant_be_drawn(space, kind, message):
    with pytest.raises(ValueError, match=message):
        plots.search(Found(space), kind=kind)
    with pytest.raises(ValueError, match="no candidate has a score"):
        plots.search(Found(TWO, failed=range(6)))
