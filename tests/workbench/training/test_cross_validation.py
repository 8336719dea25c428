"""Few rows: each is judged by a network that learned from no row of its fold."""

import json
import signal

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import fit_source, runs, verdict_of  # noqa: E402
from kerata.workbench.core.dependence import Dependence  # noqa: E402
from kerata.workbench.data import read_source  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.runs.examination import diagnose_run  # noqa: E402
from kerata.workbench.runs.rerun import train_again  # noqa: E402
from kerata.workbench.runs.row_places import dependence_of_answers  # noqa: E402
from kerata.workbench.splitting.divide import divide  # noqa: E402
from kerata.workbench.splitting.folds import Folding, deal, deal_source  # noqa: E402
from kerata.workbench.splitting.split import SplitRule  # noqa: E402
from kerata.workbench.training import alike  # noqa: E402
from kerata.workbench.training.plan import plan_training  # noqa: E402

ROWS = 63
HOW = {"target": None, "task": None, "split_by": None, "group": None, "seed": 0}
LINEAR = {"network": "linear", "with_baselines": False}


def frame(**columns):
    rng = np.random.default_rng(0)
    made = pandas.DataFrame({"a": rng.normal(size=ROWS), "b": rng.normal(size=ROWS), **columns})
    made["y"] = np.where(made["a"] + rng.normal(size=ROWS) > 0.4, "yes", "no")
    return made


def source(**columns):
    return Source("made", "table", Table(frame(**columns)), None, "y")


def test_folds_are_alike_and_hold_each_row_once():
    strata = np.random.default_rng(1).integers(0, 3, 100)
    place = deal(strata, 7, seed=0)
    sizes = np.bincount(place)
    assert sizes.max() - sizes.min() == 1
    counts = np.stack([np.bincount(strata[place == fold], minlength=3) for fold in range(7)])
    assert np.ptp(counts, axis=0).max() <= 2
    assert not np.array_equal(place, deal(strata, 7, seed=1))


def test_folds_of_amounts_do_not_follow_their_order():
    values = np.arange(1000.0)
    means = [values[deal(values, 5, seed=0) == fold].mean() for fold in range(5)]
    assert np.ptp(means) < 1
    assert means != sorted(means)


def test_groups_are_whole_and_folds_of_like_size():
    group = np.repeat(np.arange(12), np.arange(1, 13))
    rule = SplitRule("groups", ("who",), group)
    place = deal(np.zeros(len(group)), 3, 0, rule)
    assert all(len({*place[group == one]}) == 1 for one in range(12))
    assert np.ptp(np.bincount(place)) <= 6


def test_networks_of_folds_need_one_size_of_training_rows():
    found = deal_source(source(), Folding(5, 2), 0.15, HOW)
    assert len(found.folds) == 10
    assert len({fold.training for fold in found.folds}) == 1
    for fold in found.folds:
        assert sorted([*fold.learned, *fold.test]) == list(range(ROWS))
    for again in (found.folds[:5], found.folds[5:]):
        assert sorted(np.concatenate([fold.test for fold in again])) == list(range(ROWS))
    assert not np.array_equal(found.folds[0].test, found.folds[5].test)
    assert len(found.every.learned) == len(found.every.test) == ROWS


@pytest.mark.slow
def test_each_row_is_answered_out_of_its_fold_and_baselines_are_scikit_learns():
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import accuracy_score
    from sklearn.model_selection import PredefinedSplit, cross_val_predict

    made = source()
    trained = fit_source(made, network="linear", folds=3)
    place = trained.dependence.place
    assert np.array_equal(trained.rows["test"], np.arange(ROWS))
    assert sorted([*trained.rows["train"], *trained.rows["validation"]]) == list(range(ROWS))
    table = frame()
    truth = (table["y"] == "yes").to_numpy().astype(int)
    assert np.array_equal(trained.truth, truth)
    said = cross_val_predict(
        HistGradientBoostingClassifier(random_state=0),
        table[["a", "b"]],
        truth,
        cv=PredefinedSplit(place),
    )
    boosting = next(one for one in trained.baselines if one.name == "gradient boosting")
    assert boosting.value == pytest.approx(accuracy_score(truth, said), abs=1e-9)
    # The saved network is another one than those that answered.
    assert not np.allclose(trained.predict(trained.test), trained.outputs)
    said = (trained.outputs > 0.5).astype(int)
    assert trained.metrics["accuracy"] == pytest.approx(accuracy_score(truth, said))


def test_an_answer_does_not_depend_on_its_own_row():
    table = frame()
    before = fit_source(Source("made", "table", Table(table), None, "y"), folds=3, **LINEAR)
    mine = before.dependence.place == 0
    table.loc[mine, "b"] += 50 * np.arange(mine.sum())
    after = fit_source(Source("made", "table", Table(table), None, "y"), folds=3, **LINEAR)
    assert np.array_equal(before.dependence.place, after.dependence.place)
    x = before.preparation.transform(before.test)
    assert not np.allclose(before.model.predict(x, verbose=0), after.model.predict(x, verbose=0))
    changed = after.outputs != before.outputs
    # Networks of the other folds learn from the changed rows; that of the fold itself does not:
    # its answers to rows change only where the rows do.
    table.loc[mine, "b"] = frame().loc[mine, "b"]
    again = fit_source(Source("made", "table", Table(table), None, "y"), folds=3, **LINEAR)
    assert np.array_equal(again.outputs, before.outputs)
    assert changed[~mine].any()


def test_the_interval_is_nadeau_and_bengios():
    from scipy.stats import t

    place = np.repeat(np.arange(5), 20)
    values = np.random.default_rng(0).normal(size=100) + place
    effect, freedom = Dependence("folds", place, 5).effect(values)
    means = values.reshape(5, 20).mean(axis=1)
    # Test rows to training rows are as 1 to 4.
    variance = (1 / 5 + 1 / 4) * means.var(ddof=1)
    assert effect * values.var(ddof=1) / 100 == pytest.approx(variance)
    assert freedom == 4
    alike = np.tile(np.arange(20.0), 5)
    # Folds that happen to be alike make no row count twice.
    assert Dependence("folds", place, 5).effect(alike) == (1.0, 4.0)
    trained = fit_source(source(), folds=3, **LINEAR)
    right = (trained.outputs > 0.5) == trained.truth
    folds = [right[trained.dependence.place == fold].mean() for fold in range(3)]
    least = t.ppf(0.975, 2) * np.sqrt((1 / 3 + 1 / 2) * np.var(folds, ddof=1))
    assert trained.interval[1] - trained.interval[0] > min(least, 0.2)


@pytest.mark.slow
def test_the_verdict_says_by_what_it_is_judged():
    trained = fit_source(source(), folds=3, **LINEAR)
    quality = verdict_of(trained).quality
    assert quality.startswith(
        "Judged by 3-fold cross-validation over all 63 rows; the saved network learned from all "
        "rows, so there is no separate test set. It gets "
    )
    assert "of 63 rows right, each answered by a network that learned from no row of" in quality
    assert "test row" not in quality.replace("test set", "")
    stopped = fit_source(
        source(), network="mlp", epochs=1, folds=2, with_baselines=False, options={"units": (2,)}
    )
    assert "learned from or was stopped by all rows" in stopped.judged


def test_groups_stay_whole_and_count():
    who = np.arange(ROWS) // 3
    trained = fit_source(source(who=who), group="who", folds=3, **LINEAR)
    place = trained.dependence.place
    assert all(len({*place[who == one]}) == 1 for one in who)
    assert trained.dependence.within.kind == "groups"


def test_ctrl_c_between_folds_judges_those_that_are_finished():
    def press(name, value):
        if name == "fold" and value["number"] == 2:
            signal.raise_signal(signal.SIGINT)

    trained = fit_source(source(), folds=4, on_event=press, **LINEAR)
    assert len(trained.truth) == len(trained.outputs) == len(trained.rows["test"]) < ROWS
    assert {*trained.dependence.place} == {0, 1}
    assert "of 2 of its folds (interrupted)" in trained.judged
    assert len(trained.rows["train"]) + len(trained.rows["validation"]) == ROWS


def test_a_time_limit_ends_it_after_the_first_fold():
    trained = fit_source(source(), folds=4, minutes=1e-6, **LINEAR)
    assert {*trained.dependence.place} == {0}
    assert "there was no time for more in 1e-06 minutes" in trained.judged


@pytest.mark.parametrize(
    ("given", "folds", "said"),
    [
        ({}, 0, "takes a whole number, 2 or more"),
        ({}, 2.5, "takes a whole number, 2 or more"),
        ({}, "5x", "takes a whole number, 2 or more"),
        ({}, "1x3", "repeats a single split"),
        ({"split_by": "random"}, 30, "Class 'yes' has 25 rows, too few for 30 folds"),
        ({"split_by": "random", "target": "a"}, 40, "There are 63 rows, too few for 40 folds"),
        ({"group": "who"}, 22, "There are 21 groups of 'who', too few for 22 folds"),
        ({"split_by": "day"}, 40, "too few for 40 blocks in their later half"),
        ({"split_by": "day"}, "3x2", "blocks in time can't be dealt anew"),
    ],
)
def test_what_can_not_be_is_refused(given, folds, said):
    made = source(who=np.arange(ROWS) // 3, day=np.arange(ROWS))
    with pytest.raises(ValueError, match=said):
        fit_source(made, folds=folds, **given)


@pytest.mark.slow
def test_a_run_is_kept_diagnosed_and_trained_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("t.csv", index=False)
    how = {"network": "mlp", "epochs": 2, "with_baselines": False, "with_diagnosis": True}
    how["options"] = {"units": (4,)}
    trained = fit_source(read_source("t.csv", target="y"), folds="3x2", **how)
    trained.config["source"] = "t.csv"
    run = runs.save(trained, "few")
    record = json.loads((run.path / "run.json").read_text())
    assert record["split"]["folds"] == 3
    assert record["rows"]["test"] == ROWS
    assert [*diagnose_run(run).names] == [*trained.findings.names]
    # Judged by answers out of fold, not by rows that the saved network knows.
    assert "the networks of the folds" in trained.findings.fit
    assert {"shared rows", "splits differ"} == {*trained.findings.left_out}
    assert {one.name for one in trained.importance} == {"a", "b"}
    kept = dependence_of_answers(run, trained.rows["test"].tolist())
    values = np.random.default_rng(0).normal(size=ROWS)
    assert kept.effect(values) == pytest.approx(trained.dependence.effect(values))
    again = train_again(run)
    assert np.array_equal(again.outputs, trained.outputs)
    assert again.interval == trained.interval
    # All rows are known to it, whatever they are judged by.
    judged = runs.load("few").path / "rows.bin"
    assert judged.stat().st_size >= 8 * ROWS


@pytest.mark.parametrize(
    ("columns", "folding", "said"),
    [
        ({}, Folding(5, 2), "63 rows: one test split would be luck, so 5 folds, dealt twice,"),
        (
            {"subject": np.arange(ROWS) // 4},
            Folding(5, 2),
            "so 5 folds of whole groups, dealt twice, judge",
        ),
        (
            {"day": pandas.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d")},
            Folding(5),
            "so 5 blocks judge, each by what came before it",
        ),
    ],
)
def test_few_rows_are_dealt_unasked(columns, folding, said):
    dealt = deal_source(source(**columns), None, 0.15, HOW)
    assert dealt.folding == folding
    assert said in dealt.sentence
    assert "--folds 1" in dealt.sentence


def test_many_rows_or_a_test_set_are_not_dealt_unasked():
    many = Table(pandas.concat([frame()] * 8, ignore_index=True))
    assert deal_source(Source("made", "table", many, None, "y"), None, 0.15, HOW) is None
    tested = Source("made", "table", Table(frame()), Table(frame()), "y")
    assert deal_source(tested, None, 0.15, HOW) is None
    assert deal_source(source(), Folding(1), 0.15, HOW) is None


def test_rows_in_time_are_judged_by_what_came_before():
    day = np.arange(ROWS)[::-1]
    trained = fit_source(source(day=day), split_by="day", folds=3, **LINEAR)
    judged = trained.rows["test"]
    assert sorted(day[judged]) == list(range(ROWS - len(judged), ROWS))
    place = trained.dependence.place
    for block in range(2):
        assert day[judged[place == block]].max() < day[judged[place == block + 1]].min()
    assert trained.dependence.within.kind == "time"
    quality = verdict_of(trained).quality
    assert quality.startswith("Judged on the latest 32 rows in 3 blocks, each by what came before")
    assert "that learned from earlier rows alone" in quality


def test_means_and_spreads_may_be_taken_off_before_the_network():
    table = frame().drop(columns="y").assign(b=lambda t: 100 + 7 * t["b"])
    made = Source("made", "table", Table(table), None, "b")
    divided = divide(made)
    planned = plan_training(divided, "mlp", {"units": (4,)})
    like, standard = alike.standardized(planned, divided.task)
    model, other = planned.plan.build(), like.plan.build()
    other.set_weights(model.get_weights())
    x, y = planned.x["train"], divided.targets["train"]
    said = standard.answers(np.asarray(other(standard.rows(x))))
    np.testing.assert_allclose(said, np.asarray(model(x)), rtol=1e-5)
    assert abs(standard.targets(y).mean()) < 1e-5
    np.testing.assert_allclose(standard.answers(standard.targets(y)), y, rtol=1e-6)


def test_networks_of_groups_take_equally_many_rows():
    who = np.r_[np.arange(21), np.arange(42) // 2 % 14 + 21]
    made = source(who=who)
    dealt = deal_source(made, Folding(3), 0.15, HOW | {"group": "who"})
    plans = [plan_training(divide(made, group="who", fold=fold), "mlp", {}) for fold in dealt.folds]
    taken = {one.plan.taken for one in alike.of_one_size(plans)}
    assert len(taken) == 1
    fewest = tuple(min(one.rows[part] for one in plans) for part in ("train", "validation"))
    assert taken in ({fewest}, {None})
