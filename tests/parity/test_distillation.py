"""A student learns from its teacher as in Keras: losses, trajectories, files, refusals."""

import keras as theirs
import numpy as np
import pytest

import kerata as ours

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3)).astype("float32")
Y = RNG.integers(0, 4, 20)
TEACHER = [RNG.normal(size=s).astype("float32") for s in ((3, 5), (5,), (5, 4), (4,))]
STUDENT = [RNG.normal(size=s).astype("float32") for s in ((3, 5), (5,), (5, 4), (4,))]
NAMES = ["loss", "student_loss", "distillation_loss", "total_loss", "accuracy"]


def network(lib, name, weights):
    layers = lib.layers
    model = lib.Sequential(
        [lib.Input((3,)), layers.Dense(5, "relu", name="hidden"), layers.Dense(4)], name=name
    )
    model.set_weights(weights)
    return model


def distiller(lib, compiled=True):
    losses = [
        lib.distillation.LogitsDistillation(2.0, lib.losses.KLDivergence()),
        lib.distillation.FeatureDistillation("mse", "hidden", "hidden"),
        lib.distillation.FeatureDistillation("mae"),
    ]
    found = lib.distillation.Distiller(
        network(lib, "teacher", TEACHER),
        network(lib, "student", STUDENT),
        losses,
        [1.0, 0.3, 0.1],
        student_loss_weight=0.4,
    )
    if compiled:
        loss = lib.losses.SparseCategoricalCrossentropy(from_logits=True)
        found.compile(lib.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    return found


def fit(model):
    options = {"epochs": 4, "batch_size": 8, "shuffle": False, "verbose": 0}
    return model.fit(X, Y, validation_data=(X[:7], Y[:7]), **options).history


@pytest.fixture(scope="module")
def both():
    models = [distiller(theirs), distiller(ours)]
    return models, [fit(model) for model in models]


def test_trajectories_are_those_of_keras(both):
    (their, our), (expected, found) = both
    assert set(found) == set(expected) == {*NAMES, *(f"val_{n}" for n in NAMES)}
    for name, numbers in expected.items():
        np.testing.assert_allclose(found[name], numbers, atol=2e-5, err_msg=name)
    for mine, other in zip(our.get_weights(), their.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)
    for mine, weight in zip(our.teacher.get_weights(), TEACHER, strict=True):
        assert np.array_equal(mine, weight)
    assert len(our.trainable_weights) == 4


@pytest.mark.slow
def test_configs_and_files_are_read_by_either(both, tmp_path):
    (their, our), _ = both
    mine, other = our.get_config(), their.get_config()
    assert mine.keys() == other.keys()
    assert mine["distillation_losses"] == other["distillation_losses"]
    expected = their.predict(X, verbose=0)
    our.save(tmp_path / "ours.keras")
    again = theirs.models.load_model(tmp_path / "ours.keras")
    np.testing.assert_allclose(again.predict(X, verbose=0), expected, atol=1e-5)
    their.save(tmp_path / "theirs.keras")
    with pytest.warns(UserWarning, match="files of Keras don't hold its loss: call compile"):
        again = ours.models.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(again.predict(X, verbose=0), expected, atol=1e-5)
    assert not again.compiled


def test_a_file_goes_on_where_it_was_saved(both, tmp_path):
    model = both[0][1]
    model.save(tmp_path / "ours.keras")
    again = ours.models.load_model(tmp_path / "ours.keras")
    assert again.evaluate(X, Y, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations)


@pytest.mark.parametrize("loss", ["mse", "categorical_crossentropy", "KLDivergence"])
def test_losses_of_logits(loss):
    logits = RNG.normal(size=(2, 6, 4)).astype("float32")
    expected, found = (
        float(lib.distillation.LogitsDistillation(3.0, given).compute_loss(*logits))
        for lib in (theirs, ours)
        for given in [lib.losses.KLDivergence() if loss == "KLDivergence" else loss]
    )
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_name_of_the_divergence_means_probabilities_too():
    logits = RNG.normal(size=(2, 6, 4)).astype("float32")
    make = ours.distillation.LogitsDistillation
    by_name, by_class = (
        float(make(2.0, loss).compute_loss(*logits))
        for loss in ("kl_divergence", ours.losses.KLDivergence())
    )
    assert by_name == pytest.approx(by_class, rel=1e-6)
    assert float(make().compute_loss(logits[0], logits[0])) == pytest.approx(0, abs=1e-6)


def test_several_outputs_of_which_one_counts():
    outputs = [RNG.normal(size=(2, 4, 3)).astype("float32") for _ in range(2)]
    pairs = [list(pair) for pair in zip(*outputs, strict=True)]
    for name, loss in (("Feature", ["mse", None]), ("Logits", [None, "mae"])):
        expected, found = (
            getattr(lib.distillation, f"{name}Distillation")(loss=loss) for lib in (theirs, ours)
        )
        found.validate_outputs(*pairs)
        expected = float(expected.compute_loss(*pairs))
        assert float(found.compute_loss(*pairs)) == pytest.approx(expected, rel=1e-6)
        again = type(found).from_config(found.get_config())
        assert float(again.compute_loss(*pairs)) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="in another structure than the outputs"):
        found.validate_outputs(outputs[0], outputs[0])


def test_a_loss_of_the_users_own():
    class Apart(ours.distillation.DistillationLoss):
        def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
            return abs(teacher_outputs - student_outputs)

    nets = network(ours, "teacher", TEACHER), network(ours, "student", STUDENT)
    model = ours.distillation.Distiller(*nets, Apart())
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"Apart\.compute_loss must give one number a batch"):
        model.fit(X, np.zeros((20, 4)), verbose=0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"teacher": 3}, "the teacher must be a Model, got 3"),
        ({"distillation_losses": "mse"}, "must be a DistillationLoss"),
        ({"distillation_losses": None}, "must be a DistillationLoss"),
        ({"student_loss_weight": 1.5}, "student_loss_weight must be from 0 to 1"),
        ({"distillation_loss_weights": [1.0, 2.0]}, "must be a list of 1 numbers"),
    ],
)
def test_arguments_that_make_no_sense(changes, said):
    given = {
        "teacher": network(ours, "teacher", TEACHER),
        "student": network(ours, "student", STUDENT),
        "distillation_losses": ours.distillation.FeatureDistillation(),
    }
    with pytest.raises(ValueError, match=said):
        ours.distillation.Distiller(**{**given, **changes})


def test_models_and_layers_that_do_not_fit():
    make, features = ours.distillation.Distiller, ours.distillation.FeatureDistillation
    teacher = network(ours, "teacher", TEACHER)
    wide = ours.Sequential([ours.Input((3,)), ours.layers.Dense(7)])
    with pytest.raises(ValueError, match=r"must have outputs of the same shapes.*\(None, 7\)"):
        make(teacher, wide, features())
    with pytest.raises(ValueError, match="in the teacher: Model 'teacher' has no layer named 'x'"):
        make(teacher, network(ours, "student", STUDENT), features("mse", "x"))
    unbuilt = ours.Sequential([ours.layers.Dense(4)], name="unbuilt")
    with pytest.raises(ValueError, match="'unbuilt' has no symbolic inputs"):
        make(teacher, unbuilt, features("mse", "hidden", "dense"))
    for loss in (lambda: features([None]), lambda: ours.distillation.LogitsDistillation(loss=None)):
        with pytest.raises(ValueError, match="needs a loss for at least one output"):
            loss()
    with pytest.raises(ValueError, match="temperature must be above 0"):
        ours.distillation.LogitsDistillation(0)
    model = distiller(ours, compiled=False)
    with pytest.raises(ValueError, match=r"compile\(\) needs loss="):
        model.compile("adam")
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="takes no sample_weight or class_weight"):
        model.fit(X, np.zeros((20, 4)), sample_weight=np.ones(20), verbose=0)
