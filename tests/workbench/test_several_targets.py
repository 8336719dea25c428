"""Several targets of one network: named, learned together, judged one by one, kept in a run."""

import csv
import io

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.losses import deserialize, serialize  # noqa: E402
from kerata.workbench import fit_source, read_source, runs, verdict_of  # noqa: E402
from kerata.workbench.core.several import by_target  # noqa: E402
from kerata.workbench.core.target_names import named_targets  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.networks.several import StandardisedError  # noqa: E402
from kerata.workbench.runs.compare import compare_runs  # noqa: E402
from kerata.workbench.runs.examination import diagnose_run  # noqa: E402
from kerata.workbench.runs.inference import evaluate_source, predict_source  # noqa: E402
from kerata.workbench.runs.rerun import train_again  # noqa: E402

ROWS = 90
BOTH = ["weight", "waist, cm"]
LINEAR = {"network": "linear", "with_baselines": False, "folds": 1}


def fish(**columns):
    rng = np.random.default_rng(0)
    length = rng.uniform(10, 60, ROWS).round(1)
    made = pandas.DataFrame(
        {"length": length, "kind": rng.choice(["bream", "roach", "pike"], ROWS)}
    )
    made["weight"] = (30 * length + rng.normal(0, 90, ROWS)).round(1)
    # A copy of the other target: as an input it would tell all.
    made["waist, cm"] = (made["weight"] / 1000 + rng.normal(0, 0.001, ROWS)).round(4)
    return made.assign(**columns)


def source(**columns):
    return Source("fish", "table", Table(fish(**columns)), None, tuple(BOTH))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("fish") / "fish.csv"
    fish().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained(file):
    read = read_source(file, target="weight,waist, cm")
    found = fit_source(read, network="linear", folds=1, with_diagnosis=True)
    found.config["source"] = str(file)
    return found


@pytest.fixture(scope="module")
def run(trained, tmp_path_factory):
    return runs.save(trained, "fish", tmp_path_factory.mktemp("runs"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("weight", "weight"),
        ("weight,kind", ("weight", "kind")),
        (" weight , kind", ("weight", "kind")),
        ("size, cm", "size, cm"),
        ("size, cm,kind", ("size, cm", "kind")),
        (["kind", "size, cm"], ("kind", "size, cm")),
        (["kind"], "kind"),
    ],
)
def test_an_exact_name_wins_and_commas_stand_between_names(wanted, found):
    assert named_targets(wanted, ["weight", "size, cm", "kind", "cm"]) == found


@pytest.mark.parametrize(
    ("target", "columns", "message"),
    [
        ("weight,wiast", {}, r"no column 'wiast' \(of the 2 targets\)"),
        ("weight,weight", {}, "'weight' is named twice"),
        ("weight,", {}, "A target has no name"),
        (["weight", "kind"], {}, "'weight' is one, 'kind' has 3 classes"),
        (["weight", "flat"], {"flat": 3}, "'flat' is '3' in all 90 rows"),
        (["weight", "text"], {"text": [f"fish {n}" for n in range(ROWS)]}, "'text' has 90 diff"),
        (
            BOTH,
            {"waist, cm": [1.5, 2.5, 3.5] * 3 + [None] * (ROWS - 9)},
            "9 rows with all 2 targets",
        ),
    ],
)
def test_mistakes_name_the_target(target, columns, message):
    with pytest.raises(ValueError, match=message):
        fit_source(source(**columns), target=target, **LINEAR)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"task": "classes"}, "learned as amounts, not as 'classes'"),
        ({"options": {"loss": "poisson"}}, "The loss poisson is for one target"),
        ({"group": "weight"}, "Column 'weight' is a target"),
    ],
)
def test_what_is_for_one_target_is_refused(how, message):
    with pytest.raises(ValueError, match=message):
        fit_source(source(), network="mlp", **how, folds=1)


def test_no_target_is_an_input_of_another(trained):
    kinds = {column.name: (column.kind, column.used) for column in trained.columns}
    assert kinds["weight"] == kinds["waist, cm"] == ("target", False)
    assert trained.preparation.columns == ["length", "kind"]
    assert trained.metrics["standardised_mae"] > 0.05


def test_each_target_is_judged_in_its_own_units(trained):
    assert trained.truth.shape == trained.outputs.shape == (18, 2)
    errors = np.abs(trained.truth - trained.outputs)
    assert trained.metrics == pytest.approx(
        {"standardised_mae": float((errors / trained.task.scales).mean())}, rel=1e-6
    )
    whole = fish()[BOTH].to_numpy()
    assert trained.task.scales == pytest.approx(whole.std(axis=0), rel=1e-5)
    for one, name, error in zip(trained.targets, BOTH, errors.T, strict=True):
        assert one.task.target == name
        assert one.metrics["mae"] == pytest.approx(float(error.mean()), rel=1e-6)
        assert one.interval[0] < one.metrics["mae"] < one.interval[1]
        assert [b.name[:10] for b in one.baselines] == ["always the", "gradient b"]
    said = verdict_of(trained).targets
    assert said[0].quality.startswith("'weight' is missed by ")
    assert "Always the median: " in said[1].baselines[0]


def test_the_solved_network_is_ridge_regression_of_each_target(trained):
    from sklearn.linear_model import RidgeCV

    from kerata.workbench.networks.linear_solution import ALPHAS, design

    parts = [trained.preparation.transform(rows) for rows in (trained.train, trained.validation)]
    x = np.concatenate([design(trained.preparation.inputs, part) for part in parts])
    test = design(trained.preparation.inputs, trained.preparation.transform(trained.test))
    frame = pandas.concat([trained.train.frame, trained.validation.frame])
    for place, name in enumerate(BOTH):
        said = RidgeCV(ALPHAS).fit(x, frame[name]).predict(test)
        assert np.allclose(trained.outputs[:, place], said, rtol=1e-3)


def test_the_diagnosis_looks_at_errors_in_standard_deviations(trained, run, file):
    assert len(trained.findings.looked_for) > 15
    assert not trained.findings.left_out
    assert "targets' standard deviation is 0.9" in trained.findings.fit
    assert diagnose_run(run, file).names == trained.findings.names


def test_a_run_keeps_predicts_and_judges_each_target(run, file, tmp_path):
    with open(run.path / "test_predictions.csv") as kept:
        assert next(csv.reader(kept)) == [
            *("row", "truth_weight", "truth_waist, cm"),
            *("prediction_weight", "lower_weight", "upper_weight"),
            *("prediction_waist, cm", "lower_waist, cm", "upper_waist, cm"),
        ]
    assert [one["target"] for one in run.record["targets"]] == BOTH
    assert run.task.parts[1].target == "waist, cm"
    new = tmp_path / "new.csv"
    fish().drop(columns=BOTH).head(5).to_csv(new, index=False)
    out = io.StringIO()
    predict_source(run, new, out)
    answered = pandas.read_csv(io.StringIO(out.getvalue()))
    said = run.predict(Table(fish().head(5)))
    assert np.allclose(answered[["prediction_weight", "prediction_waist, cm"]], said, rtol=1e-6)
    judged = evaluate_source(run, file)
    assert judged.trained_on.startswith("61 of the 90 rows equal rows")
    assert judged.unseen == pytest.approx(run.record["metrics"])
    assert [part.target for part, _ in by_target(run.task, judged.truth)] == BOTH
    report = (run.path / "report.html").read_text()
    assert "Target &#x27;weight&#x27;" in report
    assert "This part is missing" not in report
    assert (run.path / "pictures" / "residuals_2.png").is_file()


def test_a_run_is_compared_and_trained_again(run, file):
    again = train_again(run, data=file)
    assert again.config["target"] == tuple(BOTH)
    assert again.metrics == run.record["metrics"]
    compared = compare_runs([run, run], "waist, cm")
    assert compared.rows == 18
    assert compared.pairs[0].value == pytest.approx(run.record["targets"][1]["metrics"]["mae"])
    with pytest.raises(ValueError, match="no target 'waste'"):
        compare_runs([run, run], "waste")


def test_rows_without_one_of_the_targets_are_left_out_and_counted():
    gaps = fish()["waist, cm"].where(np.arange(ROWS) > 3)
    trained = fit_source(source(**{"waist, cm": gaps}), **LINEAR)
    assert sum(map(len, trained.rows.values())) == ROWS - 4
    assert (
        "4 rows without a target were left out. A row needs each target; missing were 'waist, cm' "
        "in 4 rows."
    ) in trained.notes


def test_folds_answer_all_rows():
    trained = fit_source(source(), network="linear", folds=3)
    assert trained.outputs.shape == (ROWS, 2)
    assert [one.task.target for one in trained.targets] == BOTH
    assert trained.targets[0].baselines[0].gain > 0


def test_a_network_trained_by_steps_learns_all_targets(tmp_path):
    options = {"units": (16,), "dropout": 0.0, "learning_rate": 0.02, "batch_size": 64}
    trained = fit_source(
        source(), network="mlp", options=options, epochs=60, folds=1, with_baselines=False
    )
    assert trained.history["loss"][-1] < 0.4 < trained.history["loss"][0]
    assert all(one.metrics["r2"] > 0.7 for one in trained.targets)
    loss = trained.model.loss
    assert isinstance(loss, StandardisedError)
    assert loss.power == 1
    saved = runs.save(trained, "steps", tmp_path, report=False)
    assert np.allclose(saved.predict(trained.test), trained.outputs, rtol=1e-5)


def test_the_loss_is_the_mean_of_errors_in_spreads():
    rng = np.random.default_rng(0)
    truth, said = rng.normal(size=(2, 5, 3)).astype("float32")
    scales = (0.5, 1.0, 20.0)
    for power in (1, 2):
        loss = StandardisedError(scales, power)
        wanted = np.mean((np.abs(truth - said) / scales) ** power)
        assert float(loss(truth, said)) == pytest.approx(wanted, rel=1e-5)
        assert float(deserialize(serialize(loss))(truth, said)) == pytest.approx(wanted, rel=1e-5)
