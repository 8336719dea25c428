"""Networks with faults made on purpose: each is recognised, with its evidence."""

import numpy as np
import pytest

import kerata
from kerata import optimizers

NAN = float("nan")


def found_in(clinic, model, data, epochs=20, **options):
    history = clinic.fit(model, data, epochs, **options)
    return kerata.diagnose(history, model, data)


def the(found, name):
    assert name in found.names, str(found)
    return found[found.names.index(name)]


@pytest.mark.slow
def test_overfitting_and_saturated_outputs(clinic):
    data = clinic.splits(spread=2.0)
    model = clinic.mlp(units=(256, 256))
    found = found_in(clinic, model, data, 40)
    finding = the(found, "overfitting")
    evidence = finding.evidence
    assert evidence["best_epoch"] < 20
    assert evidence["last_val_loss"] > 1.5 * evidence["lowest_val_loss"]
    assert evidence["train_accuracy"] > 0.95 > 0.75 > evidence["held_out_accuracy"]
    assert f"After epoch {evidence['best_epoch']} the validation loss rose" in finding.sentence
    assert f"Keep epoch {evidence['best_epoch']}" in finding.next_step
    evidence = the(found, "saturated outputs").evidence
    assert evidence["wrong"] / evidence["certain"] > 0.1


@pytest.mark.slow
def test_overfitting_on_amounts(clinic):
    data = clinic.splits(clinic.curve, train=64, noise=0.5)
    model = clinic.mlp(units=(128, 128), outputs=1, last=None, loss="mse")
    evidence = the(found_in(clinic, model, data, 150), "overfitting").evidence
    assert evidence["held_out_error"] > 2 * evidence["train_error"]


def test_underfitting_behind_neighbours(clinic):
    data = clinic.splits(spread=0.5)
    model = clinic.mlp(units=(1,))
    evidence = the(found_in(clinic, model, data), "underfitting").evidence
    assert evidence["neighbours_accuracy"] > evidence["train_accuracy"] + 0.1


def test_a_network_that_learned_nothing(clinic):
    data = clinic.splits()
    rng = np.random.default_rng(0)
    data = {k: (x, rng.permutation(y)) for k, (x, y) in data.items()}
    model = clinic.mlp(units=(2,))
    finding = the(found_in(clinic, model, data, 2), "underfitting")
    assert finding.severity == "serious"
    assert "most frequent class" in finding.sentence


@pytest.mark.parametrize(
    "optimizer",
    [optimizers.Adam(1.0), pytest.param(optimizers.SGD(20.0), marks=pytest.mark.slow)],
    ids=["adam", "sgd"],
)
def test_learning_rate_too_high(clinic, optimizer):
    evidence = the(
        found_in(clinic, clinic.mlp(optimizer=optimizer), clinic.splits()), "learning rate too high"
    ).evidence
    assert evidence["suggestion"] < evidence["learning_rate"] / 5


def test_learning_rate_too_low(clinic):
    model = clinic.mlp(optimizer=optimizers.Adam(1e-5))
    finding = the(found_in(clinic, model, clinic.splits()), "learning rate too low")
    assert finding.evidence["suggestion"] > 1e-4
    assert "steady pace" in finding.sentence


@pytest.mark.parametrize("factor", [255.0, 0.001], ids=["large", "small"])
def test_inputs_not_scaled(clinic, factor):
    data = {k: (factor * x, y) for k, (x, y) in clinic.splits().items()}
    finding = the(found_in(clinic, clinic.mlp(), data, 3), "inputs not scaled")
    assert finding.evidence["largest"] == pytest.approx(factor, rel=0.6)


def test_targets_not_scaled(clinic):
    data = {k: (x, 1000 * y + 5000) for k, (x, y) in clinic.splits(clinic.curve).items()}
    model = clinic.mlp(outputs=1, last=None, loss="mse")
    assert the(found_in(clinic, model, data, 10), "targets not scaled").evidence["size"] > 4000


def test_dead_units(clinic):
    model = clinic.mlp(bias_initializer=kerata.initializers.Constant(-10.0))
    finding = the(kerata.diagnose(model=model, data=clinic.splits()), "dead units")
    assert finding.evidence["dead"] == finding.evidence["units"] == 32
    assert finding.severity == "serious"


def test_saturated_units(clinic):
    wide = kerata.initializers.RandomNormal(stddev=20.0)
    model = clinic.mlp(activation="tanh", kernel_initializer=wide)
    finding = the(kerata.diagnose(model=model, data=clinic.splits()), "saturated units")
    assert finding.evidence["share"] > 0.8


def test_vanishing_gradients(clinic):
    model = clinic.mlp(units=(32,) * 8, activation="sigmoid")
    finding = the(kerata.diagnose(model=model, data=clinic.splits()), "vanishing gradients")
    assert len(finding.evidence["gradients"]) == 9


def test_exploding_gradients(clinic):
    wide = kerata.initializers.RandomNormal(stddev=1.0)
    model = clinic.mlp(units=(32,) * 8, kernel_initializer=wide)
    finding = the(kerata.diagnose(model=model, data=clinic.splits()), "exploding gradients")
    assert "larger" in finding.sentence


def test_bottleneck(clinic):
    rng = np.random.default_rng(0)
    centres = 2 * rng.normal(size=(20, 8))
    place = {k: rng.integers(0, 20, 512) for k in ("train", "validation")}
    data = {
        k: ((centres[p] + 0.5 * rng.normal(size=(512, 8))).astype("float32"), p)
        for k, p in place.items()
    }
    model = clinic.mlp(units=(32, 2, 32), outputs=20)
    found = found_in(clinic, model, data)
    evidence = the(found, "bottleneck").evidence
    assert (evidence["units"], evidence["before"], evidence["classes"]) == (2, 32, 20)
    assert "bottleneck" in kerata.diagnose(model=model).names


def test_shared_rows(clinic):
    data = clinic.splits()
    (x, y), (x_test, y_test) = data["train"], data["test"]
    data["test"] = np.r_[x_test, x[:50]], np.r_[y_test, y[:50]]
    finding = the(kerata.diagnose(data=data), "shared rows")
    assert finding.evidence["share"] == pytest.approx(50 / 562)
    assert finding.evidence["rows"][0] == 512
    assert finding.severity == "serious"


def test_duplicates_everywhere_are_told_apart_from_leaks(clinic):
    rng = np.random.default_rng(0)
    data = {
        k: (rng.integers(0, 4, (300, 3)) * 1.0, rng.integers(0, 2, 300)) for k in ("train", "test")
    }
    finding = the(kerata.diagnose(data=data), "shared rows")
    assert "common in these data" in finding.sentence
    assert finding.severity == "warning"


def test_splits_of_sorted_rows(clinic):
    x, y = clinic.points(1000)
    order = np.argsort(y)
    x, y = x[order], y[order]
    found = kerata.diagnose(data={"train": (x[:800], y[:800]), "validation": (x[800:], y[800:])})
    assert the(found, "splits differ").evidence["class"] == 3


def test_splits_prepared_differently(clinic):
    data = clinic.splits()
    x, y = data["test"]
    found = kerata.diagnose(data={"train": data["train"], "test": (3 * x + 2, y)})
    assert the(found, "splits differ").evidence["shift"] > 1


def test_label_noise(clinic):
    data = clinic.splits(train=1024, spread=0.5)
    rng = np.random.default_rng(0)
    for name, (x, y) in data.items():
        flipped = rng.random(len(y)) < 0.2
        data[name] = x, np.where(flipped, rng.integers(0, 4, len(y)), y).astype("int32")
        if name == "train":
            wrong = set(np.flatnonzero(data[name][1] != y))
    model = clinic.mlp()
    finding = the(found_in(clinic, model, data, 8), "label noise")
    rows = finding.evidence["rows"]
    assert np.mean([row in wrong for row in rows]) > 0.9
    assert "label noise" in kerata.diagnose(data=data["train"]).names


def test_class_imbalance(clinic):
    def rare(n, seed):
        x, y = clinic.points(12 * n, seed, spread=2.0)
        rng = np.random.default_rng(seed)
        keep = (y != 0) | (rng.random(len(y)) < 0.03)
        return x[keep][:n], (y[keep][:n] == 0).astype("float32")

    data = clinic.splits(rare, train=1024, held=1024)
    model = clinic.mlp(outputs=1, last="sigmoid", loss="binary_crossentropy", units=(8,))
    finding = the(found_in(clinic, model, data, 5), "class imbalance")
    assert finding.evidence["rarest"] == 1
    assert finding.evidence["found"] < 0.5
    assert finding.severity == "warning"


def test_small_test_set(clinic):
    data = clinic.splits()
    x, y = data["test"]
    data["test"] = x[:60], y[:60]
    finding = the(found_in(clinic, clinic.mlp(), data, 10), "small test set")
    assert finding.evidence["rows"] == 60
    assert "may be anything from" in finding.sentence


WRONG = {
    "no softmax": ({"last": None}, "probabilities"),
    "softmax twice": (
        {"loss": kerata.losses.SparseCategoricalCrossentropy(from_logits=True)},
        "applied twice",
    ),
    "sigmoid for classes": ({"last": "sigmoid"}, "add up to 1"),
    "relu for classes": ({"last": "relu"}, "outside 0 to 1"),
}


@pytest.mark.parametrize(("changes", "said"), WRONG.values(), ids=WRONG)
def test_wrong_last_activation(clinic, changes, said):
    data = clinic.splits()
    model = clinic.mlp(**changes)
    found = kerata.diagnose(model=model, data=data)
    assert said in the(found, "wrong last activation").sentence


@pytest.mark.parametrize("last", ["sigmoid", "relu", "tanh", "softmax"])
def test_last_activation_that_cannot_reach_the_targets(clinic, last):
    data = {"train": clinic.curve(200)}
    model = clinic.mlp(outputs=1, last=last, loss="mse")
    the(kerata.diagnose(model=model, data=data), "wrong last activation")


def test_constant_predictions(clinic):
    data = clinic.splits()
    model = clinic.mlp()
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([0 * kernel, np.array([0, 5, 0, 0], "float32") + 0 * bias])
    finding = the(kerata.diagnose(model=model, data=data), "constant predictions")
    assert finding.evidence["answer"] == 1


def test_constant_predictions_of_amounts(clinic):
    model = clinic.mlp(outputs=1, last=None, loss="mse")
    model.layers[-1].set_weights([np.zeros((32, 1)), np.ones(1)])
    data = {"train": clinic.curve(300)}
    the(kerata.diagnose(model=model, data=data), "constant predictions")


def test_weights_that_are_not_finite(clinic):
    model = clinic.mlp()
    model.layers[0].set_weights([np.full((8, 32), NAN), np.zeros(32)])
    found = kerata.diagnose(model=model, data=clinic.splits())
    assert the(found, "exploding gradients").severity == "serious"


CURVES = {
    "overfitting": {
        "loss": [1, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1],
        "val_loss": [1, 0.8, 0.7, 0.75, 0.9, 1.0, 1.2],
    },
    "learning rate too high": {"loss": [1.0, NAN]},
    "learning rate too low": {"loss": [1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.94]},
}


@pytest.mark.parametrize("name", CURVES)
def test_curves_alone(name):
    found = kerata.diagnose(CURVES[name])
    assert found.names == [name]
    assert found.left_out["dead units"] == "needs model and training data"


def test_jumps(clinic):
    losses = [2.0, 3.1, 1.9, 2.8, 2.2, 3.4, 2.0, 3.0]
    finding = the(kerata.diagnose({"loss": losses}), "learning rate too high")
    assert "jumps instead of falling" in finding.sentence
