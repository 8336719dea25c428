"""Neurons with fixed weights: AND, OR, NOR, and XNOR as a combination of three of them."""

import numpy as np

import kerata as keras

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")


def neuron(bias, first, second):
    """One sigmoid unit of two inputs with the weights given."""
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    model.set_weights([np.array([[first], [second]]), np.array([bias])])
    return model


def table(model):
    """What a model answers to the four pairs of inputs, as zeros and ones."""
    return [round(float(answer)) for answer in model.predict(x, verbose=0)[:, 0]]


# Both hidden units at once: AND, and NOR ("neither"); XNOR is one OR the other.
xnor = keras.Sequential(
    [
        keras.layers.Input((2,)),
        keras.layers.Dense(2, activation="sigmoid"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
xnor.layers[0].set_weights([np.array([[20, -20], [20, -20]]), np.array([-30, 10])])
xnor.layers[1].set_weights([np.array([[20], [20]]), np.array([-10])])

print("inputs           ", [tuple(int(v) for v in row) for row in x])
for name, model, truth in [
    ("AND  (-30, 20, 20)", neuron(-30, 20, 20), [0, 0, 0, 1]),
    ("OR   (-10, 20, 20)", neuron(-10, 20, 20), [0, 1, 1, 1]),
    ("NOR  (10, -20, -20)", neuron(10, -20, -20), [1, 0, 0, 0]),
    ("XNOR from the three", xnor, [1, 0, 0, 1]),
]:
    print(f"{name:20} {table(model)}; truth table: {truth}")
    assert table(model) == truth
