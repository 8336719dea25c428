"""Run in each of several processes: what is named on the command line."""

import json
import os
import signal
import sys
from pathlib import Path

import trainings

import kerata as keras
from kerata import distribution
from kerata.distribution import watch

distribution.initialize(timeout=60)
import jax  # noqa: E402 - nothing may be computed before initialize()

ME = jax.process_index()


def same(training):
    """Train together; then each process alone, to compare."""
    devices = distribution.list_devices()
    together = trainings.run(getattr(trainings, training), distribution.DataParallel())
    alone = trainings.run(getattr(trainings, training), None)
    return {"devices": len(devices), "difference": trainings.difference(together, alone)}


def files(folder):
    """Train with callbacks that write, each process with a working folder of its own."""
    os.chdir(Path(folder) / str(ME))
    distribution.set_distribution(distribution.DataParallel())
    again = _message(distribution.initialize)
    # No seed is set: the processes must draw the same weights and orders all the same.
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y, _ = trainings.numbers(20, 6)
    writers = [
        keras.callbacks.CSVLogger("log.csv"),
        keras.callbacks.ModelCheckpoint("best.keras", monitor="loss", save_best_only=True),
        keras.callbacks.BackupAndRestore("backup", delete_checkpoint=False),
    ]
    model.fit(x, y, epochs=2, batch_size=8, callbacks=writers, verbose=2)
    other = _message(lambda: model.fit(x + ME, y, verbose=0))
    return {
        "weights": model.get_weights()[0].tolist(),
        "files": sorted(os.listdir(".")),
        "again": again,
        "other data": other,
        "refused": [
            _message(lambda: distribution.DataParallel(auto_shard_dataset=False)),
            _message(lambda: distribution.ModelParallel(layout_map=_layouts())),
        ],
    }


def _layouts():
    mesh = distribution.DeviceMesh((len(distribution.list_devices()),), ["batch"])
    return distribution.LayoutMap(mesh)


def backed_up(folder, victim):
    """Train with a backup; one process may kill itself in the third epoch."""
    os.chdir(Path(folder) / str(ME))

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2 and int(victim) == ME:
                os.kill(os.getpid(), signal.SIGKILL)

    distribution.set_distribution(distribution.DataParallel())
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.layers.Input((6,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    x, y, _ = trainings.numbers(20, 6)
    backup = keras.callbacks.BackupAndRestore("backup")
    history = model.fit(x, y, epochs=4, batch_size=8, callbacks=[Kill(), backup], verbose=0)
    return {"weights": model.get_weights()[0].tolist(), "losses": history.history["loss"]}


def silent(victim):
    """Train until one process stops without ending; waits shortened."""
    watch.BEAT, watch.SILENCE = 0.2, 3.0

    class Stop(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1 and int(victim) == ME:
                os.kill(os.getpid(), signal.SIGSTOP)

    distribution.set_distribution(distribution.DataParallel())
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y, _ = trainings.numbers(20, 6)
    model.fit(x, y, epochs=4, callbacks=[Stop()], verbose=0)


def _message(call):
    try:
        call()
    except (ValueError, RuntimeError) as error:
        return str(error)


print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
