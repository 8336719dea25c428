"""Figures in, sentence out: each question is answered once, and nothing contradicts."""

import numpy as np
import pytest

from kerata.workbench.core.findings import Finding, Findings
from kerata.workbench.core.result import Baseline, Trained
from kerata.workbench.core.task import Task
from kerata.workbench.diagnosis import diagnose
from kerata.workbench.evaluation.verdict import epoch_sentence, verdict_of

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
        "(95% interval 95.5% to 98.6%)."
    )


@pytest.mark.parametrize(
    ("losses", "allowed", "told"),
    [
        ([0.9, 0.4], 2, "2 of 2 had the lowest validation loss, 0.4: it was the last one"),
        ([0.5, 0.2, 0.21, 0.21], 50, "kept, since 2 epochs brought nothing better"),
        ([0.5, 0.2, 0.21], 50, "kept, since 1 epoch brought nothing better"),
        ([0.5, 0.2, 0.4], 50, "kept, since the loss rose by 100% until the last epoch"),
        ([0.5, 0.2, 0.21], 3, "0.2; its weights were kept."),
        ([float("nan")] * 2, 3, "never a finite number"),
    ],
)
def test_the_best_epoch_and_what_came_after_it(losses, allowed, told):
    assert told in epoch_sentence(losses, allowed)


def test_more_epochs_are_advised_while_the_loss_falls_and_by_one_sentence():
    assert verdict_of(trained()).advice == (
        "Allow more than 3 epochs: the validation loss was still falling.",
    )
    slow = Finding("learning rate too low", "Slow.", {}, "Ten times higher, or more epochs.")
    assert verdict_of(trained(findings=Findings([slow], ["x"]))).advice == (slow.next_step,)
    early = trained(history=history([0.5, 0.2, 0.3]))
    assert verdict_of(early).advice == ()


def test_what_the_diagnosis_found_is_the_verdict():
    found = Finding("overfitting", "100% right and 80% right.", {}, "Try dropout.")
    told = verdict_of(trained(findings=Findings([found], ["overfitting"], fit="other")))
    assert told.overfitting == "It overfits. 100% right and 80% right."
    assert told.advice[0] == "Try dropout."
    assert verdict_of(trained()).overfitting == "Overfitting is not shown."


def test_a_simpler_answer_comes_first():
    tied = Baseline("a linear model", 0.97, (0.95, 0.98), 0.005, (-0.01, 0.02))
    told = verdict_of(trained(baselines=[tied]))
    assert "not clearly better: the difference is 0.5 percentage points" in told.baselines[0]
    assert told.advice[0] == "It does not clearly beat a linear model: prefer the simpler answer."


def test_divergence_is_said_alone():
    told = verdict_of(trained(history=history([float("nan")] * 3)))
    assert "diverged" in told.best_epoch
    assert told.advice == (
        "Lower the learning rate to a tenth, and check the data for missing values.",
    )


@pytest.mark.parametrize(
    ("fitted", "held", "told"),
    [
        (1000, 160, "It overfits. It gets 100.0% of the training rows right and 80.0%"),
        (900, 178, "Overfitting is not shown. It gets 90.0% of the training rows right"),
        (1000, 190, "It overfits, but little. It gets 100.0%"),
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
