"""A training that kills itself: FOLDER SECONDS SAVE_FREQ; 0 seconds: never."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

import kerata as keras

EPOCHS = 8


class Slowly(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        time.sleep(0.04)

    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.04)


class Killer(keras.callbacks.Callback):
    def __init__(self, seconds):
        self.seconds = seconds

    def on_epoch_begin(self, epoch, logs=None):
        # Compiling, in the first epoch, takes many times as long as all the rest.
        if self.seconds and epoch == self.model._start.epoch:
            kill = (os.getpid(), signal.SIGKILL)
            threading.Timer(self.seconds, os.kill, kill).start()


def main(folder: Path, seconds: float, save_freq: str) -> None:
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 4)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Dropout(0.1, seed=3),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", "auc"])
    frequency = save_freq if save_freq == "epoch" else int(save_freq)
    callbacks = [
        keras.callbacks.BackupAndRestore(folder / "backup", save_freq=frequency),
        Killer(seconds),
        Slowly(),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True),
    ]
    history = model.fit(
        x, y, batch_size=8, epochs=EPOCHS, validation_split=0.2, verbose=0, callbacks=callbacks
    )
    weights = [np.asarray(v).tobytes().hex() for v in model.get_weights()]
    optimizer = [np.asarray(v).tobytes().hex() for v in model.optimizer.variables]
    found = {
        "weights": weights,
        "optimizer": optimizer,
        "history": history.history,
        "epoch": history.epoch,
    }
    (folder / "result.json").write_text(json.dumps(found))
    print("complete", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
