"""Scores f(x, W) = W x + b of a linear classifier, and the two losses that judge them."""

import numpy as np

import kerata as keras

# An image of four pixels, weights of three classes: cat, dog, ship.
x = np.array([[56.0, 231.0, 24.0, 2.0]])
W = np.array([[0.2, -0.5, 0.1, 2.0], [1.5, 1.3, 2.1, 0.0], [0.0, 0.25, 0.2, -0.3]])
b = np.array([1.1, 3.2, -1.2])

model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
model.set_weights([W.T, b])
print("scores of W x + b:", model.predict(x, verbose=0)[0].round(2), "by hand:", x[0] @ W.T + b)

# Scores that the right class, number 0, leads by 20 and by 2; it should lead by 10.
scores = np.array([[13.0, -7.0, 11.0]])
hinge = keras.losses.MultiClassHinge(delta=10.0)
print(f"hinge loss with margin 10: {float(hinge([0], scores))}; document: 8.0")

softmax = keras.activations.softmax(scores)
entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
print("softmax:", np.asarray(softmax)[0].round(4))
print(f"cross-entropy {float(entropy([0], scores)):.4f}, never quite 0 as the hinge loss can be")
