"""Models of one structure share their compiled programs, and nothing else does."""

import threading

import jax
import numpy as np
import pytest

from kerata import Input, Sequential, activations, config, layers, losses, optimizers, wrappers as w
from kerata.base.randomness import seeded
from kerata.constraints import NonNeg
from kerata.regularizers import L2
from kerata.wrappers.program_cache import KEPT, KEPT_SIZES, cached_structures, share_programs

X = np.random.default_rng(0).normal(size=(30, 5)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


class Compiled:
    """Counts compiled programs in a ``with`` block."""

    def __enter__(self):
        self.count = 0
        jax.monitoring.register_event_duration_secs_listener(self._listen)
        return self

    def _listen(self, event, duration, **kwargs):
        self.count += event.endswith("backend_compile_duration")

    def __exit__(self, *exc):
        self._listen = lambda *a, **k: None
        self.final = self.count


def stack(width=7, rate=0.0, l2=None, name=None, last="sigmoid"):
    body = [layers.Dense(width, "relu", kernel_regularizer=l2, name=name), layers.Dropout(rate)]
    return Sequential([Input((5,)), *body, layers.Dense(1, last)])


def compiled_stack(loss="binary_crossentropy", optimizer="adam", metrics=None, **kwargs):
    model = stack(**kwargs)
    model.compile(optimizer, loss, metrics=metrics)
    return model


@pytest.mark.slow
def test_fitting_many_estimators_of_one_shape_compiles_few_programs():
    def fit(seed):
        net = w.NetworkClassifier(
            (7, 3), epochs=2, random_state=seed, learning_rate=0.1 / (1 + seed)
        )
        return net.fit(X, Y).predict_proba(X)

    with Compiled() as first:
        fit(0)
    with Compiled() as others:
        for seed in range(1, 51):
            fit(seed)
    assert first.count > 0
    assert others.count == 0


def test_built_models_share_too():
    net = w.KerasClassifier(compiled_stack, epochs=2, width=6)
    net.fit(X, Y).predict(X)
    with Compiled() as others:
        for _ in range(3):
            net.fit(X, Y).predict(X)
    assert others.count == 0


DIFFERENT = {
    "width": {"width": 8},
    "dropout": {"rate": 0.5},
    "penalty": {"l2": "l2"},
    "loss": {"loss": "mse"},
    "loss object": {"loss": losses.BinaryCrossentropy(label_smoothing=0.5)},
    "activation": {"last": "linear"},
    "optimizer": {"optimizer": optimizers.Adam(beta_1=0.5)},
    "schedule": {"optimizer": optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 1, 0.5))},
    "metrics": {"metrics": ["auc"]},
    "name": {"name": "mine"},
}


def programs(y=Y, **kwargs):
    return share_programs(compiled_stack(**kwargs), X[:2], y[:2])


@pytest.mark.parametrize("kind", DIFFERENT)
def test_what_differs_has_programs_of_its_own(kind):
    assert programs(**DIFFERENT[kind]) is not programs()


def test_targets_of_another_shape_have_programs_of_their_own():
    assert programs(y=Y[:, None]) is not programs(y=Y)


def test_names_and_learning_rates_do_not_matter():
    assert programs() is programs()
    assert programs(optimizer=optimizers.Adam(0.1)) is programs(optimizer=optimizers.Adam(0.2))


def test_settings_of_the_library_matter():
    before = programs()
    config.set_epsilon(1e-3)
    try:
        assert programs() is not before
    finally:
        config.set_epsilon(1e-7)
    assert programs() is before


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_a_model_trains_with_borrowed_programs_as_with_its_own(rate):
    def made():
        loss = losses.BinaryCrossentropy(label_smoothing=0.1)
        optimizer = optimizers.SGD(rate, momentum=0.9)
        return compiled_stack(loss, optimizer, ["auc"], rate=0.2, l2="l2")

    shared, alone = made(), made()
    alone.set_weights(shared.get_weights())
    share_programs(shared, X[:2], Y[:2])
    results = []
    for model in (shared, alone):
        with seeded(3):
            results.append(model.fit(X, Y, epochs=2, batch_size=8, verbose=0).history)
    assert list(results[0]) == list(results[1]) == ["loss", "auc"]
    for name in results[0]:
        np.testing.assert_allclose(results[0][name], results[1][name], rtol=1e-5)
    np.testing.assert_allclose(shared.predict(X, verbose=0), alone.predict(X, verbose=0), rtol=1e-5)


class Doubled(layers.Layer):
    factor = 2.0

    def call(self, inputs):
        return inputs * self.factor


def own_loss(y_true, y_pred):
    return (y_true - y_pred) ** 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sequential([Input((5,)), Doubled(), layers.Dense(1)]),
        lambda: Sequential([Input((5,)), layers.Lambda(lambda x: x), layers.Dense(1)]),
        lambda: Sequential([Input((5,)), layers.Dense(1, lambda x: x)]),
    ],
    ids=["own layer", "lambda", "own activation"],
)
def test_models_with_parts_that_configs_do_not_tell_go_alone(make):
    model = make()
    model.compile("sgd", "mse")
    assert share_programs(model, X[:2], Y[:2]) is None
    assert model.fit(X, Y, verbose=0).history["loss"]


BY_HAND = {
    "regularizer of a weight": lambda m: setattr(m.layers[0].kernel, "regularizer", L2(0.5)),
    "constraint of a weight": lambda m: setattr(m.layers[0].kernel, "constraint", NonNeg()),
    "activation": lambda m: setattr(m.layers[0], "activation", activations.tanh),
    "rate": lambda m: setattr(m.layers[1], "rate", 0.5),
    "activity": lambda m: setattr(m.layers[0], "activity_regularizer", L2(0.5)),
    "frozen": lambda m: setattr(m.layers[0].kernel, "trainable", False),
    "decay": lambda m: setattr(m.optimizer, "weight_decay", 0.5),
}


@pytest.mark.parametrize("kind", BY_HAND)
def test_what_is_set_by_hand_counts(kind):
    share_programs(compiled_stack(optimizer="sgd"), X[:2], Y[:2])
    results = []
    for shared in (True, False):
        with seeded(0):
            model = compiled_stack(optimizer="sgd")
            BY_HAND[kind](model)
            if shared:
                share_programs(model, X[:2], Y[:2])
            model.fit(X, Y, epochs=1, verbose=0)
            results.append(model.get_weights())
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("by", [{"var_names": ["kernel"]}, "list"])
def test_weights_without_decay_keep_their_size(by):
    def trained(exclude):
        model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
        optimizer = optimizers.SGD(0.01, weight_decay=30.0)
        if exclude:
            optimizer.exclude_from_weight_decay(
                **({"var_list": [model.layers[0].kernel]} if by == "list" else by)
            )
        model.compile(optimizer, "mse")
        share_programs(model, np.ones((2, 1)), np.ones((2, 1)))
        model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
        return float(model.layers[0].kernel.numpy()[0, 0])

    assert trained(False) == pytest.approx(0.7)
    assert trained(True) == pytest.approx(1.0)


def test_preprocessing_is_told_apart_by_what_it_learned():
    def found(boundary):
        body = [layers.Discretization([boundary]), layers.Dense(1)]
        model = Sequential([Input((5,)), *body])
        model.compile("sgd", "mse")
        share_programs(model, X[:2], Y[:2])
        model.fit(X, Y, verbose=0)
        model.set_weights([np.ones((5, 1)), np.zeros(1)])
        return model.predict(X, verbose=0)[:, 0]

    for boundary in (0.5, -0.5):
        np.testing.assert_array_equal(found(boundary), (boundary <= X).sum(1))


def test_own_losses_go_alone():
    assert share_programs(compiled_stack(loss=own_loss), X[:2], Y[:2]) is None


@pytest.mark.slow
def test_a_changed_model_does_not_change_others():
    first = compiled_stack(rate=0.9)
    share_programs(first, X[:2], Y[:2])
    first.layers[1].rate = 0.0
    first.layers[0].set_weights([np.full((5, 7), np.nan), np.zeros(7)])
    second = compiled_stack(rate=0.9)
    share_programs(second, X[:2], Y[:2])
    assert np.isfinite(second.fit(X, Y, batch_size=4, verbose=0).history["loss"][0])


@pytest.mark.slow
def test_only_so_many_structures_are_kept():
    first = programs(width=1)
    for width in range(2, KEPT + 2):
        programs(width=width)
    assert cached_structures() == KEPT
    assert programs(width=1) is not first
    last = programs(width=KEPT + 1)
    assert programs(width=KEPT + 1) is last


def test_only_so_many_sizes_are_kept():
    def programs_for(size):
        return share_programs(compiled_stack(width=KEPT + 9), X[:2], Y[:2], size=size)

    first = programs_for(1)
    assert all(programs_for(size) is first for size in range(1, KEPT_SIZES + 1))
    assert programs_for(KEPT_SIZES + 1) is not first


def test_threads_may_fit_at_once():
    found = {}

    def fit(seed):
        found[seed] = (
            w.NetworkClassifier((9,), epochs=3, random_state=seed % 2).fit(X, Y).loss_curve_
        )

    threads = [threading.Thread(target=fit, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[2] == found[4] != found[1] == found[3] == found[5]
