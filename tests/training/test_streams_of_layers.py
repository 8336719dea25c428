"""Random streams of users' layers go on over evaluations and predictions."""

import numpy as np

import kerata as keras


class Noisy(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stream = keras.random.SeedGenerator(3)

    def call(self, inputs):
        return inputs + keras.random.uniform((1,), seed=self.stream)


def predictions(batches=1, times=3):
    model = keras.Sequential([keras.Input((1,)), Noisy()])
    model.compile("sgd", "mse")
    x = np.zeros((batches, 1))
    found = [model.predict(x, batch_size=1, verbose=0).ravel().tolist() for _ in range(times)]
    return model, [number for numbers in found for number in numbers]


def test_each_prediction_draws_anew_and_the_same_seed_gives_the_same():
    _, found = predictions()
    assert len(set(found)) == 3
    assert predictions()[1] == found
    # Batch by batch is call by call.
    assert predictions(batches=3, times=1)[1] == found


def test_each_evaluation_draws_anew():
    model, _ = predictions()
    x = np.zeros((1, 1))
    found = [model.evaluate(x, x, verbose=0) for _ in range(3)]
    assert len(set(found)) == 3


class Counting(Noisy):
    def build(self, shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs):
        self.calls.assign(self.calls + 1)
        return super().call(super().call(inputs))


def counts(model):
    layer = model.layers[0]
    return float(layer.calls.numpy()), int(np.asarray(layer.stream.state.value)[1])


def test_each_batch_draws_and_counts_as_in_keras():
    """The numbers are those that Keras 3.15 leaves in the weight and the stream."""
    model = keras.Sequential([keras.Input((1,)), Counting(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((6, 1))
    model.evaluate(x, x, batch_size=2, verbose=0)
    assert counts(model) == (3, 6)
    model.predict(x, batch_size=2, verbose=0)
    assert counts(model) == (6, 12)
    model.predict_on_batch(x)
    model.test_on_batch(x, x)
    assert counts(model) == (8, 16)


def test_batches_of_an_evaluation_are_those_of_single_calls():
    _, found = predictions(batches=4, times=1)
    model = keras.Sequential([keras.Input((1,)), Noisy()])
    model.compile("sgd", "mse")
    x = np.zeros((4, 1))
    together = model.evaluate(x, x, batch_size=1, verbose=0)
    np.testing.assert_allclose(together, np.mean(np.square(found)), rtol=1e-5)


class Sampling(keras.Model):
    """Predicts with its dropout at work, in a step of its own."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5, seed=1)

    def call(self, inputs, training=False):
        return self.dropout(inputs, training=training)

    def predict_step(self, state, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        outputs, fixed = self.stateless_call(*state, x, training=True)
        return outputs, fixed


def test_steps_of_a_model_sample_anew_for_each_batch():
    found = Sampling().predict(np.ones((4, 64)), batch_size=1, verbose=0)
    assert len({tuple(row) for row in found.tolist()}) == 4


def test_training_goes_on_as_before():
    model, _ = predictions()
    x = np.zeros((4, 1))
    history = model.fit(x, x, epochs=3, batch_size=2, verbose=0, validation_data=(x, x)).history
    assert len(set(history["loss"])) == 3
    assert len(set(history["val_loss"])) == 3
