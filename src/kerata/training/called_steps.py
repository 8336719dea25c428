"""Models that make a ``train_function`` or the like of their own: it is called as it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.messages import warn
from kerata.training.batch import GivenBatch
from kerata.training.chunk import Chunk
from kerata.training.hooked_steps import HookedSteps
from kerata.training.objective import Objective
from kerata.training.train_state import TrainState

_NO_ORDER = np.zeros(0, np.int32)


class BatchIterator:
    """The iterator that such a function reads its batches from.

    Arguments:
        batches: the batches of an epoch, in the form that steps get.
    """

    def __init__(self, batches: Iterator[Any]) -> None:
        self._batches = batches
        self._ahead: deque[Any] = deque()

    def __iter__(self) -> BatchIterator:
        return self

    def __next__(self) -> Any:
        return self._ahead.popleft() if self._ahead else next(self._batches)

    def waiting(self, most: int) -> int:
        """Count the batches that are there for the next execution."""
        while len(self._ahead) < most:
            try:
                self._ahead.append(next(self._batches))
            except StopIteration:
                break
        return len(self._ahead)


class CalledSteps(HookedSteps):
    """Programs that are a model's own functions of a state and an iterator of batches.

    A function is called once for each execution of ``steps_per_execution`` steps, and reads as
    many batches as it likes.
    """

    by_executions = True

    def __init__(
        self,
        model: Any,
        objective: Objective | None = None,
        optimizer: Any = None,
        eager: bool = True,
    ) -> None:
        super().__init__(model, objective, optimizer, eager=True)
        self._made: dict[str, Callable[..., tuple[Any, Any]]] = {}
        self._last: dict[str, list[Any]] = {}

    def _step(self, method: str) -> Callable[..., tuple[Any, Any]]:
        if method not in self._made:
            kind = method.removesuffix("_step")
            setattr(self.model, f"{kind}_function", None)
            getattr(self.model, f"make_{kind}_function")()
            self._made[method] = getattr(self.model, f"{kind}_function")
        function = self._made[method]

        def called(state: Any, data: Any) -> tuple[Any, Any]:
            found, new = function(state, data if isinstance(data, BatchIterator) else iter([data]))
            # What predicts gives both lists back; the step of a model one of them.
            return found, new[1] if method == "predict_step" else new

        return called

    def _as_given(self, batch: Any) -> Any:
        return batch if isinstance(batch, BatchIterator) else super()._as_given(batch)

    # Executions ----------------------------------------------------------------------------

    def executions(
        self, chunks: Iterator[Chunk], total: int | None, first_step: int = 0
    ) -> Iterator[Chunk]:
        """Yield a chunk for each execution, all of them with the one iterator of batches."""
        feed, size = BatchIterator(self._batches(chunks)), self.model.steps_per_execution
        if first_step:
            for _, _ in zip(range(first_step), feed, strict=False):
                pass
            yield Chunk(feed, _NO_ORDER, 1, first_step)
        done = first_step
        while (total is None or done < total) and (waiting := feed.waiting(size)):
            steps = size if total is None else min(size, total - done)
            yield Chunk(feed, _NO_ORDER, 1, min(steps, waiting))
            done += size

    def predictions(self, inputs: Iterator[Any], total: int | None) -> Iterator[tuple[int, Any]]:
        """Yield the steps of each execution and the iterator that it reads from."""
        batches = (x if isinstance(x, GivenBatch) else (x, None, None) for x in inputs)
        # Batches of a stream that are not yet read must not be written over.
        made = (jax.tree.map(jnp.array, super(CalledSteps, self)._as_given(b)) for b in batches)
        feed, size = BatchIterator(made), self.model.steps_per_execution
        done = 0
        while (total is None or done < total) and (waiting := feed.waiting(size)):
            yield waiting, feed
            done += size

    def _batches(self, chunks: Iterator[Chunk]) -> Iterator[Any]:
        for chunk in chunks:
            size = chunk.batch_size
            for number in range(chunk.first, chunk.steps):
                rows = jnp.asarray(chunk.order[number * size : (number + 1) * size])
                batch = self.placement.take(chunk.arrays, rows)
                # The memory of a chunk is filled again.
                yield jax.block_until_ready(self._as_given(batch))

    def _train(
        self,
        values: TrainState,
        data: Any,
        order: jax.Array,
        start: Any,
        stop: Any,
        key: jax.Array,
        first: Any = 0,
        *,
        batch_size: int,
    ) -> tuple[TrainState, list[Any]]:
        if not isinstance(data, BatchIterator):
            return super()._train(
                values, data, order, start, stop, key, first, batch_size=batch_size
            )
        if first + start == 0:
            values = values._replace(metrics=self._fresh(values.metrics))
        key = jax.random.fold_in(key, first + start)
        return self._until_the_end(
            "train_step", values, lambda: self._train_step(values, data, key)
        )

    def _evaluate(
        self,
        values: TrainState,
        data: Any,
        start: Any,
        stop: Any,
        first: Any = 0,
        *,
        batch_size: int,
    ) -> tuple[Any, list[Any]]:
        if not isinstance(data, BatchIterator):
            return super()._evaluate(values, data, start, stop, first, batch_size=batch_size)
        if first + start == 0:
            values = values._replace(metrics=self._fresh(values.metrics))
        unchanged = self.before_tests(values, values.metrics)
        return self._until_the_end("test_step", unchanged, lambda: self._test_step(values, data))

    def _until_the_end(
        self, method: str, unchanged: Any, run: Callable[[], tuple[Any, list[Any]]]
    ) -> tuple[Any, list[Any]]:
        """Run a function of the model; one that wants more batches than there are did nothing."""
        try:
            new, self._last[method] = run()
        except StopIteration:
            if method not in self._last:
                raise ValueError(
                    f"{self._place(method)} wants more batches than the data have."
                ) from None
            warn(
                f"The data ended inside {self._place(method)}; what it did with the last batches "
                "does not count.",
                stacklevel=2,
            )
            return unchanged, self._last[method]
        return new, self._last[method]

    def _predict(
        self, trainable: list[Any], non_trainable: list[Any], x: Any
    ) -> tuple[Any, list[Any]]:
        if not isinstance(x, BatchIterator):
            return super()._predict(trainable, non_trainable, x)
        groups, given = (self.trainable, self.non_trainable), (trainable, non_trainable)
        outputs, (_, non_trainable) = self._called("predict_step", groups, given, x)
        return outputs, non_trainable
