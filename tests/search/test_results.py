"""Rankings, leads and choices from scores that are known."""

import numpy as np
import pytest

from kerata.search.results import Results
from kerata.search.runner import Record, SeededSplit, TrialConfig
from kerata.search.statistics import corrected_t_test

SCORES = np.array(
    [
        [0.80, 0.82, 0.81, 0.83],  # small
        [0.90, 0.92, 0.91, 0.93],  # medium
        [0.905, 0.93, 0.90, 0.945],  # large, a little better
        [0.91, 0.93, np.nan, 0.94],  # failed on a fold
    ]
)
PARAMETERS = [10, 20, 40, 80]


def made(scores=SCORES, mode="max", metric="val_accuracy", epochs=None):
    rows = np.arange(12, dtype=np.int32)
    splits = [SeededSplit(i, rows[:9], rows[9:]) for i in range(scores.shape[1])]
    trials = [TrialConfig({"units": n}, (3,), parameters=n) for n in PARAMETERS]
    records = [
        Record(c, s, {3: {metric: v}}, "ValueError: bad" if np.isnan(v) else None, seconds=0.5)
        for (c, s), v in np.ndenumerate(scores)
    ]
    candidates = [{"units": n} for n in PARAMETERS]
    return Results(candidates, range(4), trials, splits, records, metric, mode, epochs=epochs)


def test_the_best_has_scores_on_all_splits():
    results = made()
    assert results.ranking() == [2, 1, 0]
    best = results.best
    assert (best.index, best.params, best.parameters) == (2, {"units": 40}, 40)
    assert best.score == pytest.approx(SCORES[2].mean())
    assert best.spread == pytest.approx(SCORES[2].std(ddof=1))
    assert results.errors == [None, None, None, "ValueError: bad"]


def test_less_can_be_better():
    results = made(SCORES, mode="min", metric="val_loss")
    assert results.ranking() == [0, 1, 2]
    assert results.simplest_good().index == 0


def test_the_simplest_good_network_is_within_one_standard_error():
    assert SCORES[2].mean() - SCORES[1].mean() < SCORES[2].std(ddof=1) / 2
    assert made().simplest_good().index == 1
    apart = SCORES.copy()
    apart[2] += 0.05
    assert made(apart).simplest_good().index == 2


def test_a_small_lead_is_noise_and_a_large_one_is_not():
    lead = made().lead()
    assert (lead.best.index, lead.second.index) == (2, 1)
    assert lead.difference == pytest.approx(SCORES[2].mean() - SCORES[1].mean())
    assert lead.p_value == pytest.approx(corrected_t_test(SCORES[2], SCORES[1], 3 / 9)[1])
    assert lead.is_noise
    assert "may well be noise" in str(lead)
    p = made().p_values()
    assert p[0] < 0.01
    assert p[2] == 1
    assert np.isnan(p[3])
    apart = SCORES.copy()
    apart[2] += 0.2
    assert not made(apart).lead().is_noise


def test_one_split_tells_nothing_about_a_lead():
    results = made(SCORES[:, :1])
    assert results.best.spread == 0
    with pytest.raises(RuntimeError, match="at least two splits"):
        results.lead()
    assert np.isnan(results.p_values()).all()
    assert results.to_pandas()["val_accuracy_std"].tolist() == [0.0] * 4


def test_tables():
    table = made().to_pandas()
    assert table["rank"].tolist()[:3] == [3, 2, 1]
    assert table["seconds"].tolist() == [2.0] * 4
    assert table["error"].tolist()[3] == "ValueError: bad"
    assert "ValueError: bad" in str(made())
    page = made()._repr_html_()
    assert page.count("<tr>") == 5
    assert page.count("font-weight:bold") == 4
    assert "mean and standard deviation over 4 splits" in page
    assert repr(made()) == "<Results of 4 candidates on 4 splits>"


def test_unknown_scores_come_with_a_suggestion():
    with pytest.raises(ValueError, match=r"no score 'val_acuracy'. Did you mean 'val_accuracy'"):
        made().scores("val_acuracy")


def test_a_failure_counts_from_its_epoch_on():
    record = Record(0, 0, {1: {"val_loss": 1.0}, 2: {"val_loss": 9.0}}, "bad", failed_epoch=2)
    assert record.at(1) == {"val_loss": 1.0}
    assert record.at(2) is None
