"""Bare JAX, as one writes it for speed: an epoch is one compiled loop, optax's optimizer in it."""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jobs import JOBS, WHOLE, load
from worker import peak

# Kernel and bias of each layer.
Weights = list[tuple[jax.Array, jax.Array]]

SIZES = {"imdb": (16, 16, 1), "mnist": (512, 10), "boston": (64, 64, 1), "adult": (64, 32, 16)}


def initial(name: str, width: int) -> Weights:
    """Draw Glorot-uniform kernels and zero biases; Adult has a wide part and a last unit."""
    rng = np.random.default_rng(0)
    sizes = list(itertools.pairwise((width, *SIZES[name])))
    if name == "adult":
        sizes += [(width, 1), (17, 1)]
    return [
        (
            jnp.asarray(rng.uniform(-1, 1, s) * np.sqrt(6 / sum(s)), jnp.float32),
            jnp.zeros(s[1], jnp.float32),
        )
        for s in sizes
    ]


def outputs(name: str, weights: Weights, x: jax.Array) -> jax.Array:
    """Give scores: logits of classes, or amounts."""
    deep = weights[:-2] if name == "adult" else weights[:-1]
    hidden = x
    for kernel, bias in deep:
        hidden = jax.nn.relu(hidden @ kernel + bias)
    if name == "adult":
        kernel, bias = weights[-2]
        hidden = jnp.concatenate([jax.nn.sigmoid(x @ kernel + bias), hidden], 1)
    kernel, bias = weights[-1]
    return hidden @ kernel + bias


def judged(name: str, scores: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Give the loss and the metric of a batch."""
    if name == "boston":
        error = scores[:, 0] - y
        return jnp.mean(error**2), jnp.abs(error).mean()
    if name == "mnist":
        losses = optax.softmax_cross_entropy(scores, y)
        return losses.mean(), (scores.argmax(1) == y.argmax(1)).mean()
    losses = optax.sigmoid_binary_cross_entropy(scores[:, 0], y)
    return losses.mean(), ((scores[:, 0] > 0) == (y > 0.5)).mean()


def trainer(name: str, batch_size: int) -> tuple[Any, Callable[..., Any]]:
    """Give the optimizer and a compiled epoch, which ends with a smaller batch if rows are left."""
    optimizer = optax.rmsprop(1e-3, decay=0.9, eps=1e-7, eps_in_sqrt=False)

    def step(state: Any, x: jax.Array, y: jax.Array) -> Any:
        weights, moving, sums = state

        def loss(weights: Weights) -> Any:
            return judged(name, outputs(name, weights, x), y)

        (value, metric), gradients = jax.value_and_grad(loss, has_aux=True)(weights)
        changes, moving = optimizer.update(gradients, moving, weights)
        sums = sums + jnp.stack([value, metric]) * len(x)
        return optax.apply_updates(weights, changes), moving, sums

    @jax.jit
    def epoch(weights: Weights, moving: Any, x: Any, y: Any, order: Any) -> Any:
        full, rest = divmod(len(order), batch_size)

        def body(state: Any, rows: Any) -> tuple[Any, None]:
            return step(state, x[rows], y[rows]), None

        state = weights, moving, jnp.zeros(2)
        rows = order[: full * batch_size].reshape(full, batch_size)
        state, _ = lax.scan(body, state, rows)
        if rest:
            state = step(state, x[order[-rest:]], y[order[-rest:]])
        weights, moving, sums = state
        return weights, moving, sums / len(order)

    return optimizer, epoch


def fit(
    name: str, x: Any, y: Any, epochs: int, epoch: Callable[..., Any], optimizer: Any
) -> tuple[Weights, list[float]]:
    """Train; give the weights and the seconds of each epoch."""
    weights = initial(name, x.shape[1])
    moving = optimizer.init(weights)
    rng = np.random.default_rng(0)
    x, y = jnp.asarray(x), jnp.asarray(y)
    times = []
    for _ in range(epochs):
        begin = time.perf_counter()
        order = jnp.asarray(rng.permutation(len(x)))
        weights, moving, sums = epoch(weights, moving, x, y, order)
        np.asarray(sums)  # a user reads the figures of each epoch
        times.append(time.perf_counter() - begin)
    return weights, times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    job = WHOLE[args.job] if args.job in WHOLE else JOBS[args.job]
    name = job.name.removesuffix("-program")
    x, y, x_test, y_test, real = load(name)
    optimizer, epoch = trainer(name, job.batch_size)

    @jax.jit
    def metric(weights: Weights, x: Any, y: Any) -> jax.Array:
        return judged(name, outputs(name, weights, x), y)[1]

    if job.folds:
        scores = []
        for fold in np.array_split(np.arange(len(x)), job.folds):
            kept = np.setdiff1d(np.arange(len(x)), fold)
            weights, _ = fit(name, x[kept], y[kept], job.epochs, epoch, optimizer)
            scores.append(float(metric(weights, x[fold], y[fold])))
        figures = {"test": statistics.mean(scores)}
    else:
        weights, times = fit(name, x, y, args.epochs or job.epochs, epoch, optimizer)
        figures = {"first_epoch_s": times[0], "test": float(metric(weights, x_test, y_test))}
        if args.job in JOBS:
            figures["epoch_s"] = statistics.median(times[1:])
    print(json.dumps(figures | {"peak_mb": peak(), "real_data": real}))


if __name__ == "__main__":
    main()
