"""Two half moons: logistic regression's straight line, and networks that bend it."""

import sys
from pathlib import Path

from matplotlib.figure import Figure

import kerata as keras

QUICK = "--quick" in sys.argv
SIZES, EPOCHS = ((1, 3), 5) if QUICK else ((1, 2, 3, 4, 5, 20, 50), 2000)

x, y = keras.datasets.moons(200, noise=0.2, seed=0)


def train(size):
    """Train with one hidden layer of that many units; none is logistic regression."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((2,))])
    if size:
        model.add(keras.layers.Dense(size, activation="tanh"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    optimizer = keras.optimizers.Adam(0.02)
    model.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=EPOCHS, batch_size=200, verbose=0)
    return model


figure = Figure(figsize=(16, 7.5), layout="constrained")
panels = iter(figure.subplots(2, 4).ravel())
for size in (0, *SIZES):
    model = train(size)
    accuracy = model.evaluate(x, y, verbose=0)[1]
    name = f"{size} hidden" if size else "logistic regression"
    print(f"{name:20} {accuracy:.3f} of the 200 points")
    keras.plots.decision_boundary(model, x, y, title_text=name, axes=next(panels))
for axes in panels:
    axes.set_axis_off()
print("document: a straight line can't, 3 units follow the moons, 50 follow single points")

path = Path("runs/moons/boundaries.png")
path.parent.mkdir(parents=True, exist_ok=True)
figure.savefig(path)
print(f"picture: {path}")
