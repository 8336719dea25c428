"""Run in a process with 8 devices: the named trainings on all of them and on one."""

import json
import sys

import jax
import numpy as np
import trainings

import kerata as keras
from kerata import distribution, layers
from kerata.distribution import DataParallel, DeviceMesh, LayoutMap, ModelParallel, TensorLayout


def parallel():
    """Weights that are themselves shared out, and arrays laid out by hand."""
    layout = LayoutMap(DeviceMesh((2, 4), ["batch", "model"]))
    layout["dense/kernel"] = (None, "model")
    layout["dense/bias"] = ("model",)
    strategy = ModelParallel(layout_map=layout)
    several = trainings.run(trainings.dense, strategy)
    model = several[0]
    shards = {w.path: w.value.sharding.shard_shape(w.shape) for w in model.weights}
    moments = [v for v in model.optimizer.variables if v.path.endswith("dense_kernel_momentum")]
    columns = distribution.distribute_tensor(
        np.zeros((3, 8)), TensorLayout((None, "model"), layout.device_mesh)
    )
    return {
        "difference": trainings.difference(several, trainings.run(trainings.dense, None)),
        "kernel": shards["dense/kernel"],
        "moment": moments[0].value.sharding.shard_shape(moments[0].shape),
        "batch norm": shards["batch_normalization/gamma"],
        "by hand": columns.sharding.shard_shape(columns.shape),
        "misfit": _message(_misfit),
    }


def _misfit():
    layout = LayoutMap(DeviceMesh((8,), ["model"]))
    layout["dense/kernel"] = ("model", None)
    trainings.run(trainings.dense, ModelParallel(layout_map=layout))


def shares():
    """What a device computes in a step: its share of the rows, not all of them."""
    model = keras.Sequential([layers.Input((6,)), layers.Dense(5), layers.Dense(1)])
    model.compile("sgd", "mse")
    found = {}
    for size in (64, 60):
        with DataParallel().scope():
            x, y, _ = trainings.numbers(size, 6)
            model.fit(x, y, batch_size=size, verbose=0)
            programs = model._programs.programs
            data = programs.placement.data((x, y, None), size)
            order = np.arange(size, dtype=np.int32)
            key = jax.random.key(0)
            lowered = jax.jit(programs._train, static_argnames="batch_size").lower(
                programs.read(), data, order, 0, 1, key, batch_size=size
            )
        text = lowered.compile().as_text()
        found[size] = [f"f32[{rows},5]" in text for rows in (size, -(-size // 8))]
    return found


def single():
    """The shapes of what is dealt out by rows when the user gives single batches."""
    x, y, _ = trainings.numbers(8, 6)
    dealt = []
    with DataParallel().scope():
        model = keras.Sequential([layers.Input((6,)), layers.Dense(1)])
        model.compile("sgd", "mse", run_eagerly=True)
        model.train_on_batch(x, y)
        placement = model._programs.programs.placement
        deal = placement._batch
        placement._batch = lambda batch: dealt.append(batch) or deal(batch)
        model.train_on_batch(x, y)
        model.test_on_batch(x, y)
        model.predict_on_batch(x)
    return [[a.shape for a in jax.tree.leaves(batch)] for batch in dealt]


def names():
    """Which devices there are, and what is said of others."""
    distribution.set_distribution(None)
    return {
        "devices": distribution.list_devices(),
        "unknown": _message(lambda: DataParallel(devices=["cpu:9"])),
        "twice": _message(lambda: DataParallel(devices=["cpu:1", "cpu:1"])),
        "inside": inside(),
    }


def inside():
    """Where a training's weights lie inside and after a ``with keras.device`` block."""
    x, y, _ = trainings.numbers(8, 6)
    with keras.device("CPU:3"):
        model = keras.Sequential([layers.Input((6,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(x, y, verbose=0)
        there = [d.id for w in model.weights for d in w.value.devices()]
        made = [d.id for d in keras.ops.ones((2,)).devices()]
    return there, made, [d.id for d in keras.ops.ones((2,)).devices()]


def some():
    """A training on two devices, neither of them the first."""
    return trainings.compare(trainings.dense, DataParallel(devices=["cpu:3", "cpu:5"]))


def _message(call):
    try:
        call()
    except (ValueError, RuntimeError) as error:
        return str(error)


found = {}
for name in sys.argv[1:]:
    if hasattr(trainings, name):
        found[name] = trainings.compare(getattr(trainings, name), DataParallel())
    else:
        found[name] = globals()[name]()
print(json.dumps(found))
