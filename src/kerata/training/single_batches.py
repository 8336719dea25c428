"""One step, one test or one prediction at a time, for loops of the user's own."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.eager import asked_apart
from kerata.base.randomness import global_generator
from kerata.training import prediction
from kerata.training.batch import GivenBatch
from kerata.training.data_adapter import make_array_data
from kerata.training.readiness import Readiness
from kerata.training.steps import IN_PREDICTIONS


class SingleBatches(Readiness):
    """The methods of a trainer that take one batch."""

    def _in_order(self, logs: dict[str, Any]) -> Any:
        raise NotImplementedError

    @asked_apart
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[Any, Any] | list[Any] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Make one training step on one batch; metrics count this batch alone.

        Arguments:
            class_weight: as for ``fit``; the others have a row for each row of the batch.

        Returns:
            As for ``evaluate``.
        """
        rows = make_array_data(x, y, sample_weight, self._n_inputs(), prepare=self._prepared)
        if class_weight is not None:
            rows = self._weigh(rows, class_weight)
        programs = self._ready(rows, training=True)
        key = jax.random.key(global_generator().next_seed())
        values, results = programs.train_batch(programs.read(), rows.arrays, key, True)
        programs.write(values)
        logs = programs.named(results)
        return logs if return_dict else self._in_order(logs)

    @asked_apart
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Count one batch in loss and metrics without training."""
        rows = make_array_data(x, y, sample_weight, self._n_inputs(), prepare=self._prepared)
        programs = self._ready(rows, training=False)
        changed, results = programs.evaluate_batch(programs.read(), rows.arrays, True)
        programs.write(programs.tested(programs.read(), changed))
        logs = programs.named(results, "test")
        return logs if return_dict else self._in_order(logs)

    @asked_apart
    def predict_on_batch(self, x: Any) -> Any:
        """Give the outputs for one batch, as NumPy arrays."""
        rows = make_array_data(x, n_inputs=self._n_inputs(), prepare=self._prepared)
        self._check_inputs(rows)
        own = self._hooked(IN_PREDICTIONS)
        # Steps of a model's own get ``(x,)``, as with Keras.
        x = GivenBatch(rows.x, None, None, 1) if own else rows.x
        return prediction.predict_batch(self._prediction_programs(), x)
