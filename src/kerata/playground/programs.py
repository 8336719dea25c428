"""Compiled programs that networks of one shape share, kept while the playground runs."""

from __future__ import annotations

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.playground.network import MARKS, build_network
from kerata.playground.one_step import StepTaker
from kerata.playground.pictures import Painter
from kerata.playground.problems import Problem
from kerata.playground.settings import Settings
from kerata.search.networks import Data, Network
from kerata.search.vectorized_trainer import Member, VectorizedTrainer
from kerata.training.data_adapter import make_array_data, on_device

# Layers are made wider, to a multiple of this, with the units beyond shut.
ROOM = 4
# Epochs of one call at most, and shapes whose programs are kept.
MOST_EPOCHS, KEPT = 64, 24
# A network of a dozen units gains nothing from the optimizations that take XLA most time.
QUICK = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 0}


@functools.cache
def compiler_options() -> dict[str, Any] | None:
    """Give options that compile in half the time, where this XLA knows them."""
    if jax.default_backend() != "cpu":
        return None
    return {name: value for name, value in QUICK.items() if _known(name, value)} or None


def _known(name: str, value: Any) -> bool:
    try:
        jax.jit(jnp.negative, compiler_options={name: value})(np.float32(1))
    except Exception:
        # An XLA that lacks it says so in many ways; the default only takes longer.
        return False
    return True


@dataclass
class Programs:
    """What networks of one shape are trained and painted with.

    Arguments:
        network: gives the steps.
        trainer: runs epochs.
        painter: paints the map.
        step_taker: takes a training step of one row apart.
        order: names of the numbers in the order in which the trainer takes them.
        params: what the network was built from.
        lock: one training at a time.
        seconds: that the first epochs took, compiling included; None before.
    """

    network: Network
    trainer: VectorizedTrainer
    painter: Painter
    step_taker: StepTaker
    order: list[str]
    params: dict[str, Any]
    lock: threading.Lock
    seconds: float | None = None

    @property
    def rate_place(self) -> int:
        """Where the learning rate stands among the optimizer's values."""
        optimizer = self.network.model.optimizer
        variables = self.network.programs.optimizer_variables
        return next(i for i, v in enumerate(variables) if v is optimizer._learning_rate)

    def advance(self, members: Sequence[Member], epochs: int, data: Data) -> None:
        """Train members on given rows and score them after each epoch."""
        with self.lock:
            start = time.perf_counter()
            self.trainer.learn_from(data.arrays, data.judged)
            first = members[0].epoch + 1
            self.trainer.advance(members, first + epochs - 1, range(first, first + epochs))
            if self.seconds is None:
                self.seconds = time.perf_counter() - start


_kept: OrderedDict[Any, Programs] = OrderedDict()
_making = threading.Lock()


def data_of(problem: Problem) -> Data:
    """Put a problem's rows on the device."""
    rows = on_device(make_array_data(problem.x, problem.y, None, 1))
    return Data(**vars(rows), judged_weight=None)


def key_of(problem: Problem, settings: Settings, masked: bool = False) -> tuple[Any, ...]:
    """Say what a compiled program depends on."""
    shape = (*problem.x.shape, problem.train, problem.kind)
    return (
        *shape,
        settings.layers,
        settings.activation,
        settings.optimizer,
        settings.batch,
        masked,
    )


def common_shape(settings: Sequence[Settings]) -> tuple[tuple[int, ...], bool]:
    """Give the widths in which all networks have room, and whether units are shut.

    So one unit more or less compiles nothing. Dropout draws a number for each unit, shut ones
    too: with it a network gets its own widths, lest it learn otherwise than alone.

    >>> common_shape([Settings(layers=(6, 4))]), common_shape([Settings(layers=(6,), dropout=0.1)])
    (((8, 4), True), ((6,), False))
    """
    widest = tuple(max(units) for units in zip(*(s.layers for s in settings), strict=True))
    if any(s.dropout for s in settings) and all(s.layers == widest for s in settings):
        return widest, False
    return tuple(-(-units // ROOM) * ROOM for units in widest), True


def has_programs(problem: Problem, settings: Settings) -> bool:
    """Say whether nothing must be compiled."""
    widest, masked = common_shape([settings])
    return key_of(problem, settings.with_(layers=widest), masked) in _kept


def programs_for(
    problem: Problem, settings: Settings, data: Data, masked: bool = False
) -> Programs:
    """Give the programs for a network, the ones that others of its shape use."""
    key = key_of(problem, settings, masked)
    with _making:
        if key not in _kept:
            _kept[key] = _make(problem, settings, data, masked)
            if len(_kept) > KEPT:
                _kept.popitem(last=False)[1].trainer.close()
        _kept.move_to_end(key)
        return _kept[key]


def _make(problem: Problem, settings: Settings, data: Data, masked: bool) -> Programs:
    params = {
        "inputs": problem.x.shape[1],
        "kind": problem.kind,
        "layers": settings.layers,
        "activation": settings.activation,
        "optimizer": settings.optimizer,
        "rate": settings.rate,
        "masked": masked,
    }
    network = Network(build_network, params, data, settings.seed)
    named = {mark: name for name, mark in MARKS.items()}
    numbers = network.structure.numbers
    traced = [i for i, number in enumerate(numbers) if number in named]
    rows = np.arange(len(problem.x), dtype=np.int32)
    trainer = VectorizedTrainer(
        network,
        traced,
        data.arrays,
        data.judged,
        [(rows[: problem.train], rows[problem.train :])],
        settings.batch,
        True,
        MOST_EPOCHS,
        compiler_options(),
    )
    painter = Painter(network.model, compiler_options())
    options = compiler_options()
    step_taker = StepTaker(network.programs, network.structure, traced, options)
    order = [named[numbers[i]] for i in traced]
    return Programs(network, trainer, painter, step_taker, order, params, threading.Lock())
