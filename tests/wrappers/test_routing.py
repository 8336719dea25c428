"""Where arguments of ``KerasClassifier`` and ``KerasRegressor`` end up."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from kerata import Input, Sequential, callbacks, layers, losses, metrics, optimizers, wrappers as w

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)


def stack(units=1, last="sigmoid", width=4):
    return Sequential([Input((3,)), layers.Dense(width, "relu"), layers.Dense(units, last)])


def compiled(loss="binary_crossentropy", units=1, last="sigmoid", width=4):
    model = stack(units, last, width)
    model.compile("sgd", loss, metrics=["acc"])
    return model


class Own(w.KerasClassifier):
    """Keras 2's third manner: the estimator is its own builder."""

    def __call__(self, width=4):
        return compiled(width=width)


def width_of(net):
    return net.model_.layers[0].units


@pytest.mark.parametrize(
    "net",
    [
        w.KerasClassifier(compiled, width=9),
        w.KerasClassifier(build_fn=compiled, width=9),
        w.KerasClassifier(model=compiled, model__width=9),
        w.KerasClassifier(build_fn=compiled, build_fn__width=9),
        w.KerasClassifier(compiled).set_params(width=9),
        w.KerasClassifier(lambda **given: compiled(**given), width=9),
        w.KerasClassifier(compiled(), hidden_size=9),
        Own(width=9),
    ],
    ids=["named", "build_fn", "model__", "build_fn__", "set", "any name", "ready", "own"],
)
def test_arguments_reach_the_builder(net):
    for estimator in (net, clone(net), clone(clone(net))):
        assert width_of(estimator.fit(X, Y)) == 9
    assert 9 in clone(net).get_params().values()


def test_arguments_reach_fit_and_those_of_the_call_win():
    net = w.KerasClassifier(compiled, epochs=3, batch_size=20, validation_split=0.5)
    history = net.fit(X, Y).history_
    assert len(history["val_acc"]) == 3
    assert int(net.model_.optimizer.iterations) == 3
    assert len(net.fit(X, Y, epochs=2).history_["loss"]) == 2
    assert len(w.KerasClassifier(compiled, fit__epochs=4).fit(X, Y).history_["loss"]) == 4
    later = w.KerasClassifier(compiled, initial_epoch=3, epochs=5).fit(X, Y)
    assert len(later.history_["loss"]) == 2


@pytest.mark.slow
def test_arguments_reach_compile():
    net = w.KerasClassifier(stack, optimizer="adam", optimizer__learning_rate=0.5, metrics=["auc"])
    net.fit(X, Y)
    assert isinstance(net.model_.optimizer, optimizers.Adam)
    assert float(net.model_.optimizer.learning_rate) == 0.5
    assert net.model_.loss == "binary_crossentropy"
    assert "auc" in net.history_
    other = w.KerasClassifier(compiled, optimizer=optimizers.SGD, optimizer__lr=0.25).fit(X, Y)
    assert float(other.model_.optimizer.learning_rate) == 0.25
    assert "acc" in other.history_
    smooth = w.KerasClassifier(stack, loss="binary_crossentropy", loss__label_smoothing=0.5)
    assert smooth.fit(X, Y).model_.loss.label_smoothing == 0.5
    weighted = w.KerasClassifier(stack, compile__weighted_metrics=[metrics.BinaryAccuracy()])
    assert "binary_accuracy" in weighted.fit(X, Y).history_


def test_a_builder_that_names_optimizer_or_loss_gets_them():
    def build(optimizer, loss="mse"):
        model = stack()
        model.compile(optimizer=f"{optimizer}ax", loss=loss)
        return model

    net = w.KerasClassifier(build, optimizer="adam").fit(X, Y)
    assert isinstance(net.model_.optimizer, optimizers.Adamax)
    assert net.model_.loss == "mse"


def test_a_builder_is_told_about_the_data():
    def build(meta, compile_kwargs):
        assert meta["n_features_in_"] == 3
        assert meta["classes_"].tolist() == ["a", "b", "c"]
        assert meta["X_shape_"] == (40, 3)
        model = stack(meta["n_classes_"], "softmax")
        model.compile(**compile_kwargs)
        return model

    y = np.array(["a", "b", "c"])[np.arange(40) % 3]
    net = w.KerasClassifier(build, optimizer="adam", loss="categorical_crossentropy").fit(X, y)
    assert net.predict_proba(X).shape == (40, 3)


def test_callbacks_are_made_of_classes_or_taken_as_they_are():
    stop = {"callbacks": callbacks.EarlyStopping, "callbacks__monitor": "loss"}
    net = w.KerasClassifier(compiled, epochs=9, callbacks__min_delta=9.0, **stop).fit(X, Y)
    assert len(net.history_["loss"]) == 2
    seen = []
    watch = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    w.KerasClassifier(compiled).fit(X, Y, callbacks=[watch], epochs=2)
    assert seen == [0, 1]


def test_an_estimator_with_a_used_callback_can_be_copied():
    stop = callbacks.EarlyStopping("loss", restore_best_weights=True)
    net = w.KerasClassifier(compiled, callbacks=[stop], epochs=2).fit(X, Y)
    assert clone(net).fit(X, Y).history_["loss"]
    assert pickle.loads(pickle.dumps(net)).predict(X).shape == (40,)
    assert "KerasClassifier" in net._repr_html_()


def test_validation_data_have_labels_like_the_others():
    y = np.array(["no", "yes"])[Y]
    net = w.KerasClassifier(compiled).fit(X, y, validation_data=(X[:9], y[:9]))
    assert len(net.history_["val_loss"]) == 1
    numbers = w.KerasRegressor(compiled, loss="mse", fit__validation_data=(X[:9], X[:9, 0]))
    assert len(numbers.fit(X, X[:, 0]).history_["val_loss"]) == 1


@pytest.mark.only_cases("sparse", "one-hot", "sigmoid", "mse")
@pytest.mark.parametrize(
    ("loss", "units", "last"),
    [
        ("categorical_crossentropy", 2, "softmax"),
        ("sparse_categorical_crossentropy", 2, "softmax"),
        (losses.SparseCategoricalCrossentropy(from_logits=True), 2, None),
        (losses.BinaryCrossentropy(from_logits=True), 1, None),
        ("binary_crossentropy", 1, "sigmoid"),
        ("hinge", 1, "tanh"),
        ("mse", 1, "sigmoid"),
        ("mse", 2, "softmax"),
    ],
    ids=["one-hot", "sparse", "logits", "one logit", "sigmoid", "hinge", "mse", "mse of 2"],
)
def test_labels_take_the_form_that_the_loss_wants(loss, units, last):
    net = w.KerasClassifier(
        compiled, loss=loss, units=units, last=last, epochs=60, optimizer="adam", random_state=0
    ).set_params(optimizer__learning_rate=0.03)
    y = np.array(["no", "yes"])[Y]
    assert net.fit(X, y).score(X, y) > 0.9
    p = net.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert p.min() >= 0


def test_one_hot_rows_stand_for_classes_as_in_keras_2():
    one_hot = np.eye(2)[Y]
    net = w.KerasClassifier(compiled, loss="categorical_crossentropy", units=2, last="softmax")
    net.set_params(optimizer="adam", optimizer__learning_rate=0.03, epochs=60, random_state=0)
    net.fit(X, one_hot)
    assert net.predict(X).shape == (40,)
    assert net.score(X, one_hot) > 0.9


def test_a_ready_model_is_never_trained_itself():
    model = compiled()
    before = [v.copy() for v in model.get_weights()]
    net = w.KerasClassifier(model, epochs=3)
    assert clone(net).model is model
    first = net.fit(X, Y).model_
    assert first is not model
    assert net.fit(X, Y).model_ is not first
    assert first.optimizer is not model.optimizer
    for value, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, now)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: w.KerasClassifier(compiled, widht=3), "'widht'.*Did you mean 'width'"),
        (lambda: w.KerasClassifier(compiled, model__widht=3), "'model__widht'.*'width'"),
        (lambda: w.KerasClassifier(compiled, fit__epoch=3), "'fit__epoch'.*'epochs'"),
        (lambda: w.KerasClassifier(compiled).set_params(epoch=3), "'epoch'.*'epochs'"),
        (lambda: w.KerasClassifier(compiled(), width=3), "nothing takes the argument 'width'"),
        (lambda: w.KerasClassifier(compiled).fit(X, Y, epoch=3), "no argument 'epoch'.*'epochs'"),
        (lambda: w.KerasClassifier(compiled).fit(X, np.arange(40) % 3), "y has 3 classes.*1 unit;"),
        (lambda: w.KerasRegressor(compiled).fit(X, X), "y has 3 columns.*have 1 units; give"),
        (lambda: w.KerasClassifier(compiled).fit(X, X[:, 0]), "continuous"),
        (
            lambda: w.KerasClassifier(stack(), hidden_size=0).fit(X, Y),
            "hidden_size must be a positive integer",
        ),
    ],
    ids=[
        "name", "model name", "fit name", "set", "ready", "call", "classes", "columns", "numbers",
        "hidden size",
    ],
)  # fmt: skip
def test_mistakes_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (None, "needs model=..., a function that builds a model or a model itself, got None"),
        (lambda: None, "the builder must give a model, got None.*`return model`"),
        ("adam", "needs model=.*got 'adam'"),
    ],
    ids=["none", "no return", "text"],
)
def test_builders_that_are_none_are_refused(model, words):
    with pytest.raises(TypeError, match=words):
        w.KerasClassifier(model).fit(X, Y)
    with pytest.raises(NotFittedError):
        w.KerasClassifier(model).predict(X)


def test_keras_3_wrappers_need_a_compiled_model():
    with pytest.raises(RuntimeError, match="must be compiled"):
        w.SKLearnClassifier(stack()).fit(X, Y)
    with pytest.raises(ValueError, match="only one class, 0; two are needed"):
        w.SKLearnClassifier(compiled()).fit(X, Y * 0)
    with pytest.raises(ValueError, match="one label a row"):
        w.SKLearnClassifier(compiled()).fit(X, np.stack([Y, Y], axis=1))
