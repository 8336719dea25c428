"""Convolution and pooling on this machine: ours against XLA's own operations.

Each line is one training step (both gradients) inside a scan, as the engine runs an epoch. The
fastest of several short runs counts, so that other programs on the machine disturb little.

    python benchmarks/kernels.py [part of a name]
"""

import functools
import math
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerata.kernels import (
    average_pool,
    convolution,
    depthwise_convolution,
    max_pool,
    platform,
    transposed_convolution,
)

ROUNDS, OURS_STEPS, XLA_STEPS = 15, 12, 1


def seconds_per_step(
    build: Callable[..., Any], data: Any, weights: Any, steps: int, rounds: int
) -> float:
    """Best time of one step of ``build``'s program over so many minibatches."""
    batches = jax.tree.map(lambda a: a[:steps], data)
    program = jax.jit(build).lower(weights, batches).compile()
    jax.block_until_ready(program(weights, batches))
    best = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        jax.block_until_ready(program(weights, batches))
        best = min(best, time.perf_counter() - start)
    return best / steps


def training(loss: Callable[..., Any]) -> Callable[..., Any]:
    """One scan of plain gradient descent over minibatches."""

    def epoch(weights: Any, batches: Any) -> Any:
        def step(weights: Any, batch: Any) -> Any:
            value, slopes = jax.value_and_grad(loss)(weights, batch)
            return jax.tree.map(lambda w, s: w - 0.01 * s, weights, slopes), value

        return lax.scan(step, weights, batches)

    return epoch


def operation(f: Callable[..., Any]) -> Callable[..., Any]:
    """Training of an operation with a kernel; the input's gradient is used through a scale."""

    def loss(weights: Any, batch: Any) -> Any:
        scale, *kernel = weights
        return (f(batch * scale, *kernel) ** 2).mean()

    return training(loss)


def mnist_network(*, relu_first: bool) -> Callable[..., Any]:
    def loss(weights: Any, batch: Any) -> Any:
        x, labels = batch
        for number in range(3):
            kernel, bias = weights[number]
            x = convolution(x, kernel)
            if number < 2 and relu_first:
                x = max_pool(jax.nn.relu(x + bias), 2)
            else:
                x = jax.nn.relu((max_pool(x, 2) if number < 2 else x) + bias)
        x = x.reshape(x.shape[0], -1)
        x = jax.nn.relu(x @ weights[3][0] + weights[3][1])
        scores = jax.nn.log_softmax(x @ weights[4][0] + weights[4][1])
        return -jnp.take_along_axis(scores, labels[:, None], 1).mean()

    return training(loss)


def numbers(*shape: int, scale: float = 1.0) -> jax.Array:
    return jnp.asarray(np.random.default_rng(0).normal(size=shape) * scale, jnp.float32)


def jobs() -> Iterator[tuple[str, Callable[..., Any], Any, Any]]:
    """Give name, program, minibatches and weights of each job."""
    shapes = [(3, 3, 1, 32), (3, 3, 32, 64), (3, 3, 64, 64), (576, 64), (64, 10)]
    weights = [(numbers(*s, scale=np.prod(s[:-1]) ** -0.5), jnp.zeros(s[-1])) for s in shapes]
    data = numbers(OURS_STEPS, 64, 28, 28, 1), jnp.zeros((OURS_STEPS, 64), int)
    yield "MNIST network, batch 64", mnist_network(relu_first=True), data, weights
    yield "... with ReLU after the pooling", mnist_network(relu_first=False), data, weights
    same = functools.partial(convolution, padding="same")
    table: list[tuple[str, Callable[..., Any], tuple[int, ...], tuple[int, ...] | None]] = [
        ("28x28x1 -> 32, 3x3", convolution, (64, 28, 28, 1), (3, 3, 1, 32)),
        ("13x13x32 -> 64, 3x3", convolution, (64, 13, 13, 32), (3, 3, 32, 64)),
        ("32x32x32 -> 32, 3x3 same", same, (64, 32, 32, 32), (3, 3, 32, 32)),
        ("16x16x64 -> 64, 3x3 same", same, (64, 16, 16, 64), (3, 3, 64, 64)),
        (
            "32x32x32 -> 64, 3x3, every 2",
            functools.partial(same, strides=2),
            (64, 32, 32, 32),
            (3, 3, 32, 64),
        ),
        ("16x16x64 -> 128, 1x1", convolution, (64, 16, 16, 64), (1, 1, 64, 128)),
        (
            "16x16x64 -> 64, 8 groups",
            functools.partial(same, groups=8),
            (32, 16, 16, 64),
            (3, 3, 8, 64),
        ),
        ("text 300x64 -> 64, 5", convolution, (64, 300, 64), (5, 64, 64)),
        ("depthwise 32x32x32", depthwise_convolution, (32, 32, 32, 32), (3, 3, 32, 1)),
        (
            "transposed 14x14x32 -> 32",
            functools.partial(transposed_convolution, strides=2, padding="same"),
            (32, 14, 14, 32),
            (3, 3, 32, 32),
        ),
        ("max pool 2, 24x24x32", lambda x: max_pool(x, 2), (64, 24, 24, 32), None),
        (
            "max pool 3, every 2",
            lambda x: max_pool(x, 3, strides=2),
            (64, 24, 24, 32),
            None,
        ),
        ("average pool 2, 24x24x32", lambda x: average_pool(x, 2), (64, 24, 24, 32), None),
        (
            "average pool 3, every 2",
            lambda x: average_pool(x, 3, strides=2),
            (64, 24, 24, 32),
            None,
        ),
    ]
    for name, f, x, kernel in table:
        scaled = [jnp.ones(())] + ([] if kernel is None else [numbers(*kernel, scale=0.05)])
        yield name, operation(f), numbers(OURS_STEPS, *x), scaled


def main() -> None:
    wanted = " ".join(sys.argv[1:])
    print(f"{'milliseconds a step':34} {'XLA':>9} {'ours':>9} {'ratio':>7}")
    on_cpu = platform.on_cpu
    for name, build, data, weights in jobs():
        if wanted not in name:
            continue
        ours = seconds_per_step(build, data, weights, OURS_STEPS, ROUNDS)
        platform.on_cpu = lambda: False
        # Closures are traced once a program: a fresh function makes XLA's path take effect.
        theirs = seconds_per_step(lambda *a, f=build: f(*a), data, weights, XLA_STEPS, 1)
        platform.on_cpu = on_cpu
        print(f"{name:34} {theirs * 1e3:9.2f} {ours * 1e3:9.2f} {theirs / ours:7.1f}", flush=True)


if __name__ == "__main__":
    main()
