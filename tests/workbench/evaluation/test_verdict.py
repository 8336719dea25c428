"""Figures in, sentence out: each question is answered once, and nothing contradicts."""

import numpy as np
import pytest

from kerata.workbench.core import metrics
from kerata.workbench.core.dependence import Dependence
from kerata.workbench.core.findings import Finding, Findings
from kerata.workbench.core.result import Baseline, Split, Trained
from kerata.workbench.core.task import Task
from kerata.workbench.data.containers import Table
from kerata.workbench.diagnosis import diagnose
from kerata.workbench.evaluation.epochs import epoch_sentence, longer
from kerata.workbench.evaluation.verdict import verdict_of

pandas = pytest.importorskip("pandas")

TASK = Task("binary", "y", ["a", "b"], "Binary.")
TRUTH = np.array([0] * 200 + [1] * 200)
NOTHING = Findings([], ["overfitting", "underfitting"], fit="Overfitting is not shown.")


def trained(**changes):
    given = {
        "model": None,
        "preparation": None,
        "task": TASK,
        "columns": None,
        "network": "mlp",
        "history": {"loss": [0.9, 0.5, 0.3], "val_loss": [0.9, 0.5, 0.4]},
        "best_epoch": 3,
        "rows": {},
        "train": None,
        "validation": None,
        "test": None,
        "truth": TRUTH,
        "outputs": np.where(np.arange(400) < 10, 0.9, TRUTH * 0.8 + 0.1),
        "metrics": {"accuracy": 0.975, "balanced_accuracy": 0.975},
        "interval": (0.955, 0.986),
        "baselines": [],
        "findings": NOTHING,
        "config": {"epochs": 3},
        "seconds": {},
        "notes": [],
        "fingerprint": "",
    }
    return Trained(**given | changes)


def history(values):
    return {"loss": values, "val_loss": values}


def test_accuracy_with_its_interval():
    told = verdict_of(trained()).quality
    assert told == (
        "It gets 390 of 400 test rows right, which it never saw: accuracy 97.5% "
        "(95% interval 95.5% to 98.6%). Log loss is 0.16 (95% interval 0.13 to 0.198); "
        "probabilities are off by 7.5 percentage points on average."
    )


ROWS = np.arange(60)
AMOUNT = Task("regression", "price", [], "Amount.")
LABELS = Task("labels", "tags", ["a", "b", "c"], "Labels.", "|")
# Errors of 1 that come in runs of ten rows.
RUNS = np.where(ROWS // 10 % 2, 1.0, 0.01)


def judged(task, truth, outputs, **changes):
    """Give a trained network with the figures that belong to its answers."""
    dependence = changes.get("dependence", Dependence())
    values = metrics.row_values(task, truth, outputs)
    given = {
        "task": task,
        "truth": truth,
        "outputs": outputs,
        "metrics": metrics.figures(task, truth, outputs),
        "interval": metrics.interval_of(task, values, dependence),
    }
    return trained(**given | changes)


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            judged(AMOUNT, ROWS * 1000.0, ROWS * 1000.0 + RUNS * 2000),
            "On 60 test rows, which it never saw, 'price' is missed by 1,010 on average "
            "(95% interval 782.4 to 1,304); R² is 0.993 (95% interval 0.991 to 0.995).",
        ),
        (
            judged(
                AMOUNT,
                ROWS * 1.0,
                ROWS + RUNS,
                dependence=Dependence("time", ROWS),
                split=Split("time", ("day",)),
            ),
            "the latest by 'day', 'price' is missed by 0.505 on average",
        ),
        (
            judged(
                AMOUNT,
                ROWS * 1.0,
                ROWS + RUNS,
                dependence=Dependence("groups", ROWS // 10),
                split=Split("groups", ("cow",)),
            ),
            "The intervals take rows of one 'cow' as dependent (6 groups).",
        ),
        (
            judged(
                AMOUNT,
                ROWS * 1.0,
                ROWS + RUNS,
                dependence=Dependence("groups", ROWS // 2),
                split=Split("groups"),
            ),
            "The intervals take equal rows as dependent.",
        ),
        (
            judged(
                Task("classes", "y", ["a", "b", "c", "d"], ""),
                np.array([0] * 40 + [1] * 20),
                np.eye(4)[[0] * 50 + [1] * 10],
            ),
            "It gets 50 of 60 test rows right, which it never saw: accuracy 83.3% (95% interval "
            "72.0% to 90.7%). The mean over classes is 75.0%: rare ones are found less often. Log "
            "loss is 2.69 (95% interval 1.5 to 4.81). No test row has the classes 'c', 'd': "
            "nothing is known of them.",
        ),
        (
            judged(TASK, TRUTH, np.where(np.arange(400) < 10, 0.9, TRUTH * 0.8 + 0.1)),
            "(95% interval 95.5% to 98.6%); AUC 0.975 (95% interval 0.955 to 0.986). Log loss is "
            "0.16 (95% interval 0.13 to 0.198); probabilities are off by 7.5 percentage points on "
            "average.",
        ),
        (
            judged(LABELS, np.eye(3)[ROWS % 2], np.eye(3)[ROWS % 2]),
            "the F1 score of the labels is 100.0% (95% interval 94.0% to 100.0%); all labels are "
            "right in 100.0% of them. No test row has the label 'c': nothing is known of it.",
        ),
    ],
    ids=["amount", "time", "groups", "copies", "classes", "binary", "labels"],
)
def test_figures_in_and_the_sentence_out(made, told):
    assert told in verdict_of(made).quality


def test_errors_in_runs_count_as_few_rows():
    alone = judged(AMOUNT, ROWS * 1.0, ROWS + RUNS)
    apart = {"time": ROWS, "groups": ROWS // 10}
    for kind, place in apart.items():
        depends = Dependence(kind, place)
        together = judged(
            AMOUNT, ROWS * 1.0, ROWS + RUNS, dependence=depends, split=Split(kind, ("c",))
        )
        assert np.diff(together.interval) > 2 * np.diff(alone.interval)
    assert (
        "the 60 rows count as"
        in verdict_of(
            judged(
                AMOUNT,
                ROWS * 1.0,
                ROWS + RUNS,
                dependence=Dependence("time", ROWS),
                split=Split("time", ("day",)),
            )
        ).quality
    )


def test_a_class_that_no_training_row_has_is_named():
    frame = pandas.DataFrame({"y": ["a"] * 9})
    told = verdict_of(trained(train=Table(frame))).quality
    assert told.endswith("No training row has the class 'b': the network can't know it.")


FALLING, FLAT = [0.9, 0.6, 0.4], [0.9, 0.4, 0.4, 0.3999]


@pytest.mark.parametrize(
    ("losses", "allowed", "how", "told", "advised"),
    [
        (
            FALLING,
            3,
            {},
            "0.4: it was the last one, and the loss was still falling.",
            "more than 3",
        ),
        (FALLING, 3, {"scheduled": True}, "at which the learning rate had fallen to 0.", ""),
        (FALLING, 9, {"interrupted": True}, "interrupted after it, while it was falling", "to the"),
        (FLAT, 4, {}, "0.3999: it was the last one.", ""),
        (FLAT, 9, {"interrupted": True}, "training was interrupted after it.", "to the end"),
        ([0.9, 0.4], 2, {}, "2 of 2 had the lowest validation loss, 0.4: it was the", "so few"),
        ([0.4], 1, {}, "1 epoch was trained; its validation loss is 0.4.", "more than 1 epoch ("),
        ([0.5, 0.2, 0.21, 0.21], 50, {}, "kept, since 2 epochs brought nothing better.", ""),
        ([0.5, 0.2, 0.21], 50, {}, "kept, since 1 epoch brought nothing better.", ""),
        ([0.5, 0.2, 0.21], 50, {"interrupted": True}, "kept; training was interrupted after", ""),
        ([0.5, 0.2, 0.4], 50, {}, "kept, since the loss rose by 100% until the last epoch.", ""),
        ([0.5, 0.2, 0.21], 3, {}, "0.2; its weights were kept.", ""),
        ([float("nan")] * 2, 3, {}, "never a finite number", ""),
    ],
)
def test_the_best_epoch_what_came_after_it_and_whether_to_go_on(
    losses, allowed, how, told, advised
):
    assert told in epoch_sentence(losses, allowed, **how)
    assert advised in longer(losses, allowed, **how)
    assert bool(advised) == bool(longer(losses, allowed, **how))


def test_only_one_sentence_says_whether_to_train_on():
    assert verdict_of(trained()).advice == (
        "Allow more than 3 epochs (--epochs): the validation loss was still falling.",
    )
    slow = Finding("learning rate too low", "Slow.", {}, "Ten times higher, or more epochs.")
    assert verdict_of(trained(findings=Findings([slow], ["x"]))).advice == (slow.next_step,)
    early = trained(history=history([0.5, 0.2, 0.3]))
    assert verdict_of(early).advice == ()
    images = trained(network="cnn")
    assert verdict_of(images).advice == ()


CONSTANT, LINEAR, TREES = "always 'a'", "a linear model", "gradient boosting"
BETTER = {"log_loss": 0.6, "log_loss_gain": 0.1, "log_loss_gain_interval": (0.05, 0.15)}
EQUAL = {"log_loss": 0.6, "log_loss_gain": 0.0, "log_loss_gain_interval": (-0.05, 0.05)}
WORSE = {"log_loss": 0.6, "log_loss_gain": -0.1, "log_loss_gain_interval": (-0.15, -0.05)}


@pytest.mark.parametrize(
    ("name", "gain", "ends", "more", "told", "advised"),
    [
        (LINEAR, 0.2, (0.1, 0.3), EQUAL, "better by 20.0 percentage points (95% interval 10", ""),
        (LINEAR, 0.2, (0.1, 0.3), WORSE, "worse: log loss 0.7 against 0.6 (difference: 95", ""),
        (LINEAR, -0.2, (-0.3, -0.1), EQUAL, "is worse by 20.0 percentage", "Prefer a linear mo"),
        (TREES, -0.2, (-0.3, -0.1), EQUAL, "is worse by 20.0 percentage points", "Prefer gradient"),
        (LINEAR, 0.0, (-0.009, 0.009), EQUAL, "is as good, within a small", "good, and simpler"),
        (LINEAR, 0.0, (-0.009, 0.009), BETTER, "Its probabilities are better: log loss 0.5", ""),
        (TREES, 0.0, (-0.009, 0.009), EQUAL, "is as good, within a small margin", ""),
        (LINEAR, 0.08, (-0.1, 0.2), EQUAL, "8.0 percentage points on these rows, but 400 test", ""),
        (
            LINEAR,
            -0.08,
            (-0.2, 0.1),
            EQUAL,
            "worse by 8.0 percentage points on these rows, but",
            "",
        ),
        (LINEAR, 0.0, (-0.2, 0.2), EQUAL, "as good on these rows, but 400 test rows are too", ""),
        (CONSTANT, 0.0, (-0.1, 0.1), BETTER, "log loss 0.5 against 0.6 (difference: 95% int", ""),
        (CONSTANT, 0.0, (-0.005, 0.005), EQUAL, "is as good, within", "no better than always 'a'"),
        (CONSTANT, -0.2, (-0.3, -0.1), EQUAL, "worse by", "Even always 'a' is better"),
        (CONSTANT, -0.2, (-0.3, -0.1), BETTER, "worse by", ""),
    ],
)
def test_a_baseline_is_preferred_only_where_that_is_sure(name, gain, ends, more, told, advised):
    simple = Baseline(name, 0.7, (0.6, 0.8), gain, ends, **more)
    made = verdict_of(trained(baselines=[simple], history=history([0.5, 0.2, 0.3])))
    assert told in made.baselines[0]
    assert advised in " ".join(made.advice)
    assert bool(made.advice) == bool(advised)


@pytest.mark.parametrize(
    ("gain", "ends", "told", "advised"),
    [
        (2.25, (-0.5, 5.1), "better by 2.25 on these rows, but 60 test rows are too few", False),
        (1740.0, (1000.0, 2500.4), "better by 1,740 (95% interval 1,000 to 2,500)", False),
        (-1.0, (-1.5, -0.5), "The network is worse by 1 (95% interval -1.5 to -0.5)", True),
        (0.1, (-0.1, 0.2), "The network is as good, within a small margin", True),
    ],
)
def test_errors_of_amounts_beside_a_baseline(gain, ends, told, advised):
    made = judged(
        AMOUNT,
        ROWS * 1.0,
        ROWS + RUNS,
        baselines=[Baseline(LINEAR, 7.22, (5.0, 9.0), gain, ends)],
        history=history([0.5, 0.2, 0.3]),
    )
    assert told in verdict_of(made).baselines[0]
    assert bool(verdict_of(made).advice) == advised


def test_what_the_diagnosis_found_is_the_verdict():
    found = Finding("overfitting", "100% right and 80% right.", {}, "Try dropout.")
    told = verdict_of(trained(findings=Findings([found], ["overfitting"], fit="other")))
    assert told.overfitting == "It overfits. 100% right and 80% right."
    assert told.advice[0] == "Try dropout."
    assert verdict_of(trained()).overfitting == "Overfitting is not shown."


def test_divergence_is_said_alone():
    told = verdict_of(trained(history=history([float("nan")] * 3)))
    assert "diverged" in told.best_epoch
    assert told.advice == ("Lower the learning rate: --option learning_rate=0.0002.",)


@pytest.mark.parametrize(
    ("fitted", "held", "told"),
    [
        (1000, 160, "It overfits. It gets 100.0% of the training rows right and 80.0%"),
        (900, 178, "Overfitting is not shown. It gets 90.0% of the training rows right"),
        (1000, 190, "It overfits a little, less than counts as a fault. It gets 100.0%"),
    ],
)
def test_training_and_validation_rows_are_compared_once(fitted, held, told):
    import kerata as keras

    # The row's own number is the answer, so that right and wrong can be set.
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile(loss="binary_crossentropy")

    def rows(number, right):
        x = np.tile([[0.1], [0.9]], (number // 2, 1))
        y = (x[:, 0] > 0.5).astype(int)
        y[right:] = 1 - y[right:]
        return x, y

    splits = {"train": rows(1000, fitted), "validation": rows(200, held)}
    found = diagnose(None, model, splits, only=("overfitting",))
    assert found.fit.startswith(told)
    assert (found.get("overfitting") is not None) == told.startswith("It overfits. ")


def test_findings_are_told_once_on_the_terminal(capsys):
    import dataclasses

    from kerata.cli.verdict import print_verdict
    from kerata.utils.terminal import terminal

    worse = Finding("overfitting", "Training rows are known by heart.", {}, "Try dropout.")
    other = Finding("dead units", "3 units are 0.", {}, "Lower the rate.")
    made = trained(findings=Findings([worse, other], ["overfitting", "dead units", "bottleneck"]))
    record = {"verdict": dataclasses.asdict(verdict_of(made)), "diagnosis": made.findings.as_dict()}
    print_verdict(terminal(width=300), record)
    told = capsys.readouterr().out
    for sentence in ("known by heart", "Try dropout", "3 units are 0", "Lower the rate"):
        assert told.count(sentence) == 1
    assert "still getting better" not in told
