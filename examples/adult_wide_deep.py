"""Who earns over 50,000 dollars? Adult, a wide and a deep part joined at the end."""

import sys

import numpy as np
import pandas as pd

import kerata as keras

QUICK = "--quick" in sys.argv
ROWS, EPOCHS = (2000, 1) if QUICK else (None, 10)

keras.utils.set_random_seed(0)
(table, y_train), (test_table, y_test) = keras.datasets.adult.load_data()

# Categories become columns of zeros and ones, then all columns go from 0 to 1.
together = pd.get_dummies(pd.concat([table, test_table])).astype("float32")
x = ((together - together.min()) / np.ptp(together, axis=0)).to_numpy()
x_train, x_test = x[: len(table)], x[len(table) :]

inputs = keras.Input((x.shape[1],))
wide = keras.layers.Dense(1, activation="sigmoid")(inputs)
deep = keras.layers.Dense(64, activation="relu")(inputs)
deep = keras.layers.Dense(32, activation="relu")(deep)
deep = keras.layers.Dense(16, activation="relu")(deep)
both = keras.layers.Concatenate(axis=1)([wide, deep])
outputs = keras.layers.Dense(1, activation="sigmoid")(both)

model = keras.Model(inputs, outputs)
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(
    x_train[:ROWS],
    y_train[:ROWS],
    epochs=EPOCHS,
    batch_size=32,
    validation_data=(x_test, y_test),
    verbose=2,
)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}; document: 0.8541")
