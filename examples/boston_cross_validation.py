"""What is a house worth? Boston's folds in one call, and how long to train.

Chollet's cross-validation: 4 folds, 100 epochs, batches of one row.
"""

import sys

import numpy as np

import kerata as keras

QUICK = "--quick" in sys.argv
EPOCHS, MEMBERS = (2, 3) if QUICK else (100, 10)

keras.utils.set_random_seed(0)
(x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data()
mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
x_train, x_test = (x_train - mean) / spread, (x_test - mean) / spread


def build_model():
    """Two hidden layers."""
    model = keras.Sequential(
        [
            keras.layers.Input((13,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


results = keras.search.cross_validate(
    build_model, x_train, y_train, folds=4, epochs=EPOCHS, batch_size=1, seed=0, verbose=0
)
for fold, error in enumerate(results.scores("val_mae")[0], start=1):
    print(f"fold {fold}: mean absolute error {error:.3f} thousand dollars")
print(f"mean absolute error {results.best.score:.4f}; document: 2.5092")

# An error a row and epoch; smoothed, its lowest point says how long to train.
course = results.history("val_mae").mean(axis=0)
smooth = np.convolve(course, np.ones(min(10, EPOCHS)) / min(10, EPOCHS), mode="valid")
epochs = int(np.argmin(smooth)) + min(10, EPOCHS)
print(f"lowest after about {epochs} epochs")

several = keras.search.ensemble(
    build_model, x_train, y_train, n=MEMBERS, epochs=epochs, batch_size=1, verbose=0
)
error = np.abs(several.predict(x_test)[:, 0] - y_test).mean()
print(f"{MEMBERS} networks' mean: off by {error:.3f} on the {len(y_test)} test rows")
