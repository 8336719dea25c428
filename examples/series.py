"""How warm will it be in a day? Windows of a made-up series of hours, read by a GRU."""

import sys

import numpy as np

import kerata as keras

QUICK = "--quick" in sys.argv
HOURS, EPOCHS = (2000, 1) if QUICK else (26_000, 15)
WINDOW, AHEAD = 48, 24

# Three years: seasons, days, weather that lasts a day or two (an AR(1) process), and noise.
rng = np.random.default_rng(0)
hours = np.arange(HOURS)
weather = np.zeros(HOURS)
for i in range(1, HOURS):
    weather[i] = 0.95 * weather[i - 1] + rng.normal()
seasons = -10 * np.cos(2 * np.pi * hours / (365.25 * 24))
days = -4 * np.cos(2 * np.pi * hours / 24)
warmth = (10 + seasons + days + weather + rng.normal(0, 0.5, HOURS)).astype("float32")

# What was seen first trains, what came later judges.
train, test = slice(0, int(0.7 * HOURS)), slice(int(0.7 * HOURS), HOURS)
mean, spread = warmth[train].mean(), warmth[train].std()


def windows(part, shuffle):
    """Give windows of 48 hours with the warmth 24 hours after their end."""
    values = (warmth[part] - mean) / spread
    return keras.utils.timeseries_dataset_from_array(
        values[:-AHEAD, None],
        values[WINDOW + AHEAD - 1 :],
        sequence_length=WINDOW,
        batch_size=128,
        shuffle=shuffle,
        seed=0,
    )


keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((WINDOW, 1)), keras.layers.GRU(16), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(windows(train, True), epochs=EPOCHS, verbose=2)

_, error = model.evaluate(windows(test, False), verbose=0)
judged = warmth[test]
yesterday = np.abs(judged[WINDOW + AHEAD - 1 :] - judged[WINDOW - 1 : -AHEAD]).mean()
print(f"mean absolute error {error * spread:.4f} degrees; as warm as a day before: {yesterday:.4f}")
