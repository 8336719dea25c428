"""One compiled program that trains and scores many networks of one shape."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerata.base.randomness import SeedGenerator
from kerata.base.rows import count_rows, for_batches, holds_rows, slice_rows, take_rows
from kerata.base.scope import Scope
from kerata.search.networks import Network, epoch_draws
from kerata.training.compiled_steps import CompiledSteps
from kerata.training.train_state import TrainState

# Calls that take longer are cut, so that Ctrl-C is heard.
CALL_SECONDS = 2.0
# Rows scored at once, about.
SCORED_ROWS = 512
# While a program is traced, its template holds tracers in the place of numbers.
_tracing = threading.RLock()


class Member:
    """One network in training: its values, how far it is, what was measured on the way.

    Arguments:
        label: whatever the owner wants to find it by.
        numbers: values of the numbers that the trainer traces.
        train, test: rows it learns from and is judged by, int32.
        values, draws: see ``networks.begin``.
    """

    def __init__(
        self,
        label: Any,
        numbers: Sequence[float],
        train: np.ndarray,
        test: np.ndarray,
        values: TrainState,
        draws: SeedGenerator,
    ) -> None:
        self.label, self.numbers = label, list(numbers)
        self.train, self.test = train, test
        self.values, self.draws = values, draws
        self.epoch = 0
        self.reports: dict[int, dict[str, float]] = {}  # by epoch, counted from 1
        self.diverged: int | None = None  # epoch in which the loss was no longer finite


class VectorizedTrainer:
    """Trains members one by one or side by side, with the results of training each alone.

    Arguments:
        network: any of the networks; gives the steps.
        traced: which of its structure's numbers differ between members.
        data, judged: ``(x, y, sample_weight)`` on the device, for training and for scoring.
        splits: ``(train, test)`` rows of all members; each side always of one length.
        batch_size, shuffle: as for ``fit``.
        capacity: how many epochs a call can run at most.
        compiler_options: for XLA.
    """

    def __init__(
        self,
        network: Network,
        traced: Sequence[int],
        data: Any,
        judged: Any,
        splits: Sequence[tuple[np.ndarray, np.ndarray]],
        batch_size: int,
        shuffle: Any,
        capacity: int,
        compiler_options: dict[str, Any] | None = None,
    ) -> None:
        self.network, self.traced = network, list(traced)
        self.shuffle, self.capacity = shuffle, capacity
        self._rows = len(splits[0][0])
        self.batch_size = min(batch_size, self._rows)
        self._data = with_room(data, [train for train, _ in splits], self.batch_size)
        self._scored_rows = even_batch(len(splits[0][1]))
        self._judged = with_room(judged, [test for _, test in splits], self._scored_rows)
        self._slow = False  # whether a call may take too long
        self._bags = any(map(holds_rows, jax.tree.leaves(data, is_leaf=holds_rows)))
        found = network.programs.reported(slice_rows(data, 0, min(2, count_rows(data))))
        self._scalars = {of: [axes == 0 for axes in r.values()] for of, r in found.items()}
        self.names = {of: [n for n, axes in r.items() if axes == 0] for of, r in found.items()}
        self.one: Any = jax.jit(self._run, compiler_options=compiler_options)
        axes = (0, 0, None, None, 0, 0, 0, None, None)
        together = jax.vmap(self._run, in_axes=axes)
        self.many: Any = jax.jit(together, compiler_options=compiler_options)

    def advance(
        self,
        members: Sequence[Member],
        epoch: int,
        scored: Sequence[int],
        stopping: threading.Event | None = None,
    ) -> None:
        """Train members up to an epoch (from 1), all from the same one, while any is sound.

        Arguments:
            scored: epochs after which the rows held back are scored.
            stopping: once set, training ends early, after the call in progress.
        """
        pace = None
        while members[0].epoch < epoch and not all(m.diverged for m in members):
            if stopping is not None and stopping.is_set():
                return
            count = min(epoch - members[0].epoch, self.capacity)
            if pace is not None:
                count = min(count, max(1, int(CALL_SECONDS / pace)))
            elif self._slow:
                count = 1
            start = time.perf_counter()
            begun = [(m.draws, m.draws.seed, m.draws._drawn) for m in members]
            try:
                self._piece(members, count, scored)
            except BaseException:
                # Who trains these epochs after all draws the same for them.
                for draws, seed, drawn in begun:
                    draws.go_to(seed, drawn)
                raise
            pace = (time.perf_counter() - start) / count
            self._slow = self._slow or pace * self.capacity > CALL_SECONDS

    def learn_from(self, data: Any, judged: Any) -> None:
        """Go on with other rows: dense arrays as many and as large as those before."""
        self._data, self._judged = data, judged

    def close(self) -> None:
        """Let go of the compiled programs, which JAX would keep."""
        self.one.clear_cache()
        self.many.clear_cache()

    def _piece(self, members: Sequence[Member], count: int, scored: Sequence[int]) -> None:
        first = members[0].epoch
        marks = np.zeros(self.capacity, bool)
        marks[[e - 1 - first for e in scored if first < e <= first + count]] = True
        arguments = [(m.values, m.numbers, m.test, *self._draw(m, count)) for m in members]
        if len(members) == 1:
            values, numbers, test, orders, seeds = arguments[0]
            values, *tables = self.one(
                values, numbers, self._data, self._judged, test, orders, seeds, count, marks
            )
            members[0].values = values
            tables = [np.asarray(t)[None] for t in tables]
        else:
            stacked = jax.tree.map(lambda *a: np.stack([np.asarray(x) for x in a]), *arguments)
            values, numbers, test, orders, seeds = stacked
            numbers = [n.astype(np.float32) for n in numbers]
            values, *tables = self.many(
                values, numbers, self._data, self._judged, test, orders, seeds, count, marks
            )
            values = jax.tree.map(np.asarray, values)
            for i, member in enumerate(members):
                member.values = jax.tree.map(lambda a, i=i: a[i], values)
            tables = [np.asarray(t) for t in tables]
        for member, trained, judged in zip(members, *tables, strict=True):
            self._note(member, trained[:count], judged[:count], marks)
            member.epoch += count

    def _draw(self, member: Member, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw seeds and orders of the next epochs, filled up to the capacity."""
        seeds = np.zeros(self.capacity, np.uint32)
        if self._fixed_order:
            return member.train[None], seeds
        orders = np.zeros((self.capacity, len(member.train)), np.int32)
        for i in range(count):
            seeds[i], orders[i] = epoch_draws(
                member.draws, member.train, self.batch_size, self.shuffle
            )
            if self._bags:
                self._data = with_room(self._data, [orders[i]], self.batch_size)
        return orders, seeds

    @property
    def _fixed_order(self) -> bool:
        """Whether an epoch is one batch whose rows may come in any order."""
        return self._rows <= self.batch_size and not self.network.order_matters

    def _note(
        self, member: Member, trained: np.ndarray, judged: np.ndarray, marks: np.ndarray
    ) -> None:
        for i, row in enumerate(trained):
            report = dict(zip(self.names["train"], row.tolist(), strict=True))
            if not np.isfinite(report.get("loss", 0.0)) and member.diverged is None:
                member.diverged = member.epoch + i + 1
            if marks[i] and len(member.test):
                named = zip(self.names["test"], judged[i].tolist(), strict=True)
                report |= {f"val_{name}": value for name, value in named}
            member.reports[member.epoch + i + 1] = report

    # What is compiled ----------------------------------------------------------------------

    def _run(
        self,
        values: TrainState,
        numbers: list[Any],
        data: Any,
        judged_data: Any,
        test: Any,
        orders: Any,
        seeds: Any,
        count: Any,
        scored: Any,
    ) -> tuple[TrainState, Any, Any]:
        """Train ``count`` epochs; give values and a row of results an epoch, twice."""
        programs = self.network.programs
        steps = -(-self._rows // self.batch_size)

        def epoch(i: Any, state: Any) -> Any:
            values, trained, judged = state
            order = orders[i % orders.shape[0]]
            key = jax.random.key(seeds[i])
            values, results = programs.train(
                values, data, order, 0, steps, key, batch_size=self.batch_size
            )
            results = programs.final(values.metrics, results, "train")
            trained = trained.at[i].set(self._row(results, "train"))
            if test.shape[0]:
                judged = lax.cond(
                    scored[i],
                    lambda j: j.at[i].set(self._judge(values, judged_data, test)),
                    lambda j: j,
                    judged,
                )
            return values, trained, judged

        with _tracing, self.network.structure.replaced(self.traced, numbers):
            trained, judged = (
                jnp.zeros((self.capacity, len(self.names[of])), jnp.float32)
                for of in ("train", "test")
            )
            return lax.fori_loop(0, count, epoch, (values, trained, judged))

    def _judge(self, values: TrainState, data: Any, test: Any) -> Any:
        """Give loss and metrics on the rows held back."""
        programs = self.network.programs
        with Scope(
            zip(
                programs.trainable + programs.optimizer_variables,
                [*values.trainable, *values.optimizer],
                strict=True,
            )
        ) as scope:
            # Moving averages take the weights' place after training.
            programs.optimizer.finalize_variable_values(programs.trainable)
            values = values._replace(trainable=[scope.read(v) for v in programs.trainable])
        size = self._scored_rows
        full, rest = divmod(test.shape[0], size)

        def count(first: Any, rows: int, changed: Any, fresh: Any) -> tuple[Any, Any]:
            chosen = lax.dynamic_slice_in_dim(test, first, rows)
            now = programs.tested(values, changed)
            return programs.judge(now, take_rows(data, chosen), fresh)

        if not rest and type(programs) is not CompiledSteps:
            # What steps of the model's own report is known after the last one alone.
            full, rest = full - 1, size
        changed = programs.before_tests(values, values.metrics)
        changed = lax.fori_loop(0, full, lambda i, c: count(i * size, size, c, i == 0)[0], changed)
        results: list[Any] = []
        if rest:
            changed, results = count(full * size, rest, changed, full == 0)
        metrics = programs.tested(values, changed).metrics
        return self._row(programs.final(metrics, results, "test"), "test")

    def _row(self, results: list[Any], of: str) -> Any:
        kept = [r for r, s in zip(results, self._scalars[of], strict=True) if s]
        return jnp.stack([jnp.asarray(r, jnp.float32) for r in kept])


def even_batch(rows: int) -> int:
    """Choose how many rows to score at once: near 512, without a smaller rest if possible.

    A rest is a second body to compile, which takes longer than all the scoring.

    >>> even_batch(101), even_batch(8333), even_batch(8334), even_batch(1031)
    (101, 641, 463, 512)
    """
    if rows <= SCORED_ROWS:
        return rows
    near = range(SCORED_ROWS // 4, SCORED_ROWS * 2)
    even = [size for size in near if rows % size == 0]
    return min(even, key=lambda size: abs(size - SCORED_ROWS), default=SCORED_ROWS)


def with_room(data: Any, orders: Sequence[np.ndarray], batch_size: int) -> Any:
    """Make data ready for batches of rows in any of several orders, and what they were ready for.

    Only bags care; see ``SparseRows.for_batches``.
    """
    for order in orders:
        if len(order):
            ready = for_batches(data, order, min(batch_size, len(order)))
            data = jax.tree.map(_roomier, data, ready, is_leaf=holds_rows)
    return data


def _roomier(one: Any, other: Any) -> Any:
    if holds_rows(one) and one.room is not None and one.room >= other.room:
        return one
    return other
