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


def test_training_goes_on_as_before():
    model, _ = predictions()
    x = np.zeros((4, 1))
    history = model.fit(x, x, epochs=3, batch_size=2, verbose=0, validation_data=(x, x)).history
    assert len(set(history["loss"])) == 3
    assert len(set(history["val_loss"])) == 3
