"""Training steps of a model's own: what the engine makes of them beyond Keras's figures."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerata as keras
from kerata import layers
from kerata.training import batch_hooks
from kerata.training.called_steps import BatchIterator

rng = np.random.default_rng(2)
X = rng.normal(size=(30, 3)).astype("float32")
Y = (X @ rng.normal(size=(3, 1))).astype("float32")


class Halved(keras.Model):
    """Reports half of the batch's loss, and counts its steps in a weight."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def train_step(self, state, data):
        logs, (trainable, fixed, *rest) = super().train_step(state, data)
        place = [v is self.steps for v in self.non_trainable_variables].index(True)
        fixed = [value + (i == place) for i, value in enumerate(fixed)]
        return {"half": logs["loss"] / 2}, (trainable, fixed, *rest)


def network(cls=Halved, **compile_args):
    inputs = keras.Input((3,))
    model = cls(inputs, layers.Dense(1, kernel_initializer="ones")(inputs))
    model.compile(**{"optimizer": "sgd", "loss": "mse"} | compile_args)
    return model


def test_a_whole_epoch_is_one_call_and_chunks_change_nothing(monkeypatch):
    whole, pieces, plainly = network(), network(), network(run_eagerly=True)
    keras.utils.set_random_seed(1)
    history = whole.fit(X, Y, batch_size=7, epochs=2, verbose=0).history
    monkeypatch.setattr(batch_hooks, "CALL_SECONDS", 1e-9)
    keras.utils.set_random_seed(1)
    assert pieces.fit(X, Y, batch_size=7, epochs=2, verbose=0).history == history
    keras.utils.set_random_seed(1)
    eager = plainly.fit(X, Y, batch_size=7, epochs=2, verbose=0).history
    np.testing.assert_allclose(eager["half"], history["half"], rtol=1e-5)
    assert [float(m.steps) for m in (whole, pieces, plainly)] == [10, 10, 10]
    # A traced step is called a few times, an eager one each time.
    assert list(history) == ["half"]


def test_batches_from_a_generator():
    batches = [(X[i : i + 10], Y[i : i + 10]) for i in (0, 10, 20)]
    arrays, stream = network(), network()
    a = arrays.fit(X, Y, batch_size=10, epochs=2, shuffle=False, verbose=0, validation_split=0.0)
    b = stream.fit((b for b in batches * 2), steps_per_epoch=3, epochs=2, verbose=0)
    assert a.history == b.history
    assert float(stream.steps) == 6


def test_functions_over_batches_take_as_many_as_an_execution_has():
    model = network(keras.Model, run_eagerly=True, steps_per_execution=2)
    expected = X @ model.get_weights()[0]
    state = model.trainable_variables, model.non_trainable_variables
    state = tuple([v.value for v in group] for group in state)
    batches = iter([(X[i : i + 10],) for i in (0, 10, 20)])
    predict = model.make_predict_function()
    assert model.make_predict_function() is predict
    for rows in (slice(0, 20), slice(20, 30)):
        outputs, state = predict(state, batches)
        np.testing.assert_allclose(outputs, expected[rows], rtol=1e-5)
    with pytest.raises(StopIteration):
        predict(state, batches)
    assert model.make_predict_function(force=True) is not predict


def test_batches_that_wait_for_an_execution_are_read_once():
    feed = BatchIterator(iter(range(5)))
    assert feed.waiting(2) == 2
    assert next(feed) == 0
    assert feed.waiting(3) == 3
    assert [next(feed), next(feed)] == [1, 2]
    assert feed.waiting(3) == 2
    assert list(feed) == [3, 4]
    assert feed.waiting(1) == 0


def test_noise_is_that_of_a_model_without_steps_of_its_own():
    class Same(keras.Model):
        def train_step(self, state, data):
            return super().train_step(state, data)

    histories = []
    for cls in (keras.Model, Same):
        keras.utils.set_random_seed(3)
        inputs = keras.Input((3,))
        model = cls(inputs, layers.Dropout(0.5)(layers.Dense(2)(inputs)))
        model.compile("sgd", loss="mse")
        # The states of random streams are among them, and begin when they are first asked for.
        assert len(model.non_trainable_variables) == 1
        keras.utils.set_random_seed(4)
        histories.append(model.fit(X, X[:, :2], batch_size=8, epochs=3, verbose=0).history["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-6)


def test_boxes_that_a_step_changes_directly_count():
    class Counting(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.rows = keras.metrics.Sum(name="rows")

        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            self.rows.update_state(data[0].shape[0])
            return {**logs, "rows": self.rows.result()}, state

    history = network(Counting).fit(X, Y, batch_size=7, epochs=2, verbose=0).history
    assert history["rows"] == [30, 30]


def test_a_pair_of_networks_needs_no_call():
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
            self.second = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
            self.distance = keras.metrics.Mean(name="distance")
            self.built = True

        metrics = property(lambda self: [self.distance])

        def train_step(self, state, data):
            trainable, fixed, of_optimizer, of_metrics = state

            def distance(trainable):
                a, _ = self.first.stateless_call(trainable[:2], [], data)
                b, _ = self.second.stateless_call(trainable[2:], [], data)
                return jnp.mean((a - b) ** 2)

            value, gradients = jax.value_and_grad(distance)(trainable)
            trainable, of_optimizer = self.optimizer.stateless_apply(
                of_optimizer, gradients, trainable
            )
            of_metrics = self.distance.stateless_update_state(of_metrics, value)
            logs = {"distance": self.distance.stateless_result(of_metrics)}
            return logs, (trainable, fixed, of_optimizer, of_metrics)

    model = Pair()
    model.compile(keras.optimizers.SGD(0.1))
    distances = model.fit(X, epochs=30, verbose=0).history["distance"]
    assert distances[-1] < 0.05 * distances[0]
    np.testing.assert_allclose(model.first.predict(X), model.second.predict(X), atol=0.5)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda logs, state: logs, r"Wrong.train_step\(\) must return two things"),
        (lambda logs, state: (logs, state[:3]), "must be a tuple of 4 lists"),
        (lambda logs, state: (1.0, state), "must return logs, a dictionary"),
        (lambda logs, state: (logs, (state[0][:1], *state[1:])), "was given 2 values .* returns 1"),
        (
            lambda logs, state: (logs, ([jnp.zeros(5), state[0][1]], *state[1:])),
            r"gives '.*kernel' the shape \(5,\), but it has \(3, 1\)",
        ),
    ],
)
def test_what_a_step_returns_is_checked(returned, message):
    class Wrong(keras.Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return returned(logs, state)

    with pytest.raises((TypeError, ValueError), match=message):
        network(Wrong).fit(X, Y, verbose=0)


def test_an_attached_metric_is_listed():
    model = network(keras.Model)
    model.extra = keras.metrics.Mean(name="extra")
    history = model.fit(X, Y, verbose=0).history
    assert list(history) == ["loss", "extra"]
    assert [m.name for m in model.metrics] == ["loss", "extra"]
    assert len(model.metrics_variables) == 4


def test_symbolic_call_of_a_subclass():
    class Doubled(keras.Model):
        def symbolic_call(self, inputs):
            return 2 * super().symbolic_call(inputs)

    model = network(Doubled)
    inputs = keras.Input((3,))
    outer = keras.Model(inputs, model(inputs))
    np.testing.assert_allclose(outer.predict(X), 2 * model.predict(X), rtol=1e-6)


def test_jit_compile_false_runs_steps_that_cannot_be_traced():
    seen = []

    class Looking(keras.Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            seen.append(float(logs["loss"]))
            return logs, state

    history = network(Looking, jit_compile=False).fit(X, Y, batch_size=10, verbose=0).history
    assert len(seen) == 3
    assert seen[-1] == pytest.approx(history["loss"][0])
