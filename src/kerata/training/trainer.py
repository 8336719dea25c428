"""What every model can do once it is compiled: fit, evaluate, predict."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, ClassVar

from kerata import optimizers
from kerata.base import limits
from kerata.base.eager import asked_apart
from kerata.callbacks.board import with_board
from kerata.callbacks.callback_list import CallbackList
from kerata.callbacks.history import History
from kerata.training import arguments, loop, prediction
from kerata.training.batch_stream import BatchStream
from kerata.training.data_adapter import (
    ArrayData,
    is_stream,
    make_array_data,
    split_rows,
)
from kerata.training.dataset_rows import DatasetRows, rows_of_dataset
from kerata.training.finite import check_handled, ends_on_nan
from kerata.training.given_steps import GivenSteps, first_steps
from kerata.training.out_of_core import OutOfCoreData, is_large
from kerata.training.single_batches import SingleBatches
from kerata.training.steps import IN_PREDICTIONS, IN_STEPS, OF_LOSS, WHOLE_STEPS


class Trainer(SingleBatches):
    """The training half of ``Model``."""

    # Whether a .keras file can hold it on its own.
    _may_be_a_file: ClassVar[bool] = True

    # Compile ---------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model is trained and judged.

        Arguments:
            optimizer: name, object, or an optax transformation.
            loss: name, object or function ``(y_true, y_pred) -> losses``; a list or
                dictionary for several outputs.
            loss_weights: factors of the outputs' losses in the total.
            metrics: names, objects or functions, likewise; they count all rows the same.
            weighted_metrics: the same, but rows count by their sample weights.
            run_eagerly: run step by step without compiling, to debug.
            steps_per_execution: how many batches a callback's batch hooks stand for; whole
                epochs are compiled anyway.
            jit_compile: False runs step by step without compiling, too.
            auto_scale_loss: whether a model of the policy ``mixed_float16`` has its optimizer
                put into a ``LossScaleOptimizer``.

        Raises:
            ValueError: an unknown name, with a suggestion.
        """
        self.optimizer = optimizers.get(optimizer)
        scaled = isinstance(self.optimizer, optimizers.LossScaleOptimizer)
        policy = getattr(self, "dtype_policy", None)
        if auto_scale_loss and not scaled and getattr(policy, "name", "") == "mixed_float16":
            self.optimizer = optimizers.LossScaleOptimizer(self.optimizer)
        self.loss = loss
        self.run_eagerly = bool(run_eagerly)
        if jit_compile == "auto":
            jit_compile = not run_eagerly and self._supports_jit()
        self.jit_compile = bool(jit_compile)
        arguments.check_counts(steps_per_execution=steps_per_execution)
        self.steps_per_execution = int(steps_per_execution)
        self.train_function = self.test_function = self.predict_function = None
        arguments.check_names(loss, metrics, weighted_metrics)
        self._compiled = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        self._objective = None
        self._forget_programs()

    @property
    def compiled(self) -> bool:
        """Whether ``compile`` was called."""
        return self._compiled is not None

    @property
    def metrics_names(self) -> list[str]:
        """Names of what ``evaluate`` gives, in its order; known after the first data."""
        objective = self._objective
        return [] if objective is None else objective.in_order(objective.results())

    # Getting ready -----------------------------------------------------------------------

    def _data(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        class_weight: Any = None,
        steps: int | None = None,
        shuffle: Any = True,
        goes_on: bool = False,
        watched: bool = False,
    ) -> loop.Data:
        if is_stream(x):
            if y is not None or sample_weight is not None:
                raise ValueError(
                    "x yields batches, so the targets and sample weights must come in the "
                    "batches too: (x, y) or (x, y, sample_weight). Leave y= and sample_weight= out."
                )
            hooked = self._hooked(IN_STEPS)
            rows = None
            weigh = self._weigher(class_weight)
            if steps is None and not self._prepares:
                rows = rows_of_dataset(x, self._n_inputs(), weigh, hooked, goes_on)
            if rows is not None:
                return rows
            return BatchStream(
                x,
                None if steps is None else self._whole_executions(steps),
                weigh,
                bool(shuffle),
                self._n_inputs(),
                goes_on=goes_on,
                check=self._check_rows,
                check_values=None if watched else self._check_values,
                as_given=hooked,
                prepare=self._prepared,
            )
        if is_large(x, y, sample_weight):
            check_values = None if watched else self._check_values
            return OutOfCoreData(x, y, sample_weight, self._n_inputs(), shuffle, check_values)
        return make_array_data(x, y, sample_weight, self._n_inputs(), prepare=self._prepared)

    def _whole_executions(self, steps: int) -> int:
        """Round steps up to whole executions, as Keras counts them."""
        return -(-steps // self.steps_per_execution) * self.steps_per_execution

    def _limited(
        self, data: loop.Data, batch_size: int | None, steps: int | None
    ) -> tuple[loop.Data, int]:
        """Give the data of an evaluation or a prediction, and how many rows are one batch."""
        batch = prediction.chosen_batch(data, batch_size, steps, prediction.LARGE_BATCH)
        _set_batch_size(data, batch)
        if isinstance(data, ArrayData | OutOfCoreData) and steps is not None:
            data = first_steps(data, self._whole_executions(steps), batch)
        return data, batch

    def _check_rows(self, rows: ArrayData) -> None:
        """Refuse data that don't fit the model, the losses or the first data."""
        if self._needs_outputs:
            self._check_targets(rows, self._output_spec(rows.x))

    def _check_values(self, *parts: Any) -> None:
        """Refuse NaN and infinite values that neither the model nor its losses handle."""
        model: Any = self
        if self._compiled is None or not model.built or self._hooked(IN_STEPS):
            return
        for part in parts:
            part = part.data if isinstance(part, DatasetRows) else part
            if isinstance(part, ArrayData):
                objective = None if self._hooked(OF_LOSS) else self._objective
                check_handled(self, objective, part)

    # Fit, evaluate, predict --------------------------------------------------------------

    @asked_apart
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: dict[Any, Any] | list[Any] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Iterable[int] = 1,
        board: bool | str | os.PathLike[str] = False,
    ) -> History:
        """Train the model.

        Arguments:
            x: array, DataFrame, list of rows; list or dictionary of them for several
                inputs; or anything that yields batches ``(x, y)`` or
                ``(x, y, sample_weight)``: generator, ``PyDataset``, loader. Memory-mapped
                arrays and HDF5 data sets larger than 128 MB are read as training goes on.
            y: targets, unless the batches bring them.
            batch_size: rows in a step; 32 by default.
            epochs: passes over the data, counted from the beginning of all training.
            verbose: 0 silent, 1 a progress bar, 2 a line an epoch; ``'auto'`` is 1.
            callbacks: callbacks, or one.
            validation_split: share of the last rows, taken before shuffling, to validate on.
            validation_data: ``(x, y)``, ``(x, y, sample_weight)`` or batches.
            shuffle: whether rows come in a new random order each epoch; ``'batch'`` keeps the
                rows of a batch together. Rows of large files: see ``training/out_of_core.py``.
            class_weight: weight for each class number, ``{0: 1.0, 1: 5.0}``, which the
                sample weights are multiplied with. For several outputs such a dictionary
                by output, ``{'animal': {0: 1.0, 1: 5.0}}``, or a list of them in the order of
                the outputs, None for one without; Keras has no class weights there.
            sample_weight: one number a row.
            initial_epoch: epoch to start at, when going on with a training.
            steps_per_epoch, validation_steps: batches in a pass; the next training epoch goes
                on where this one ended, the next validation starts anew. A generator can't: its
                next validation has its first two batches again, then what follows.
            validation_batch_size: the training's by default.
            validation_freq: validate every so many epochs, or at these epochs (from 1).
            board: bool or path, whether ``kerata board`` shows the training while it runs, in
                the folder ``runs`` or another one; Keras lacks it. ``callbacks.Board`` has
                more to say.

        Returns:
            A ``History``: ``history.history['loss']`` is a list with a number an epoch.

        Raises:
            RuntimeError: not compiled.
            ValueError: data or arguments that make no sense, in a sentence that says why.
            FloatingPointError: the loss is no longer a finite number.
        """
        arguments.check_fit(epochs, batch_size, initial_epoch, verbose)
        arguments.check_counts(
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
        )
        callbacks = with_board(callbacks, board)
        epochs = limits.limited_epochs(int(epochs))
        steps_per_epoch = limits.limited_steps(steps_per_epoch)
        if validation_data is not None or validation_split:
            validation_steps = limits.limited_steps(validation_steps)
        if x is None:
            raise ValueError("fit() needs data: fit(x, y) with arrays, or fit(batches).")
        shuffle = arguments.check_shuffle(shuffle)
        watched = ends_on_nan(callbacks)
        data = self._data(
            x,
            y,
            sample_weight,
            class_weight,
            steps_per_epoch,
            shuffle,
            goes_on=True,
            watched=watched,
        )
        validation: loop.Data | None = None
        if validation_data is not None:
            validation = self._data(
                *arguments.validation_parts(validation_data),
                steps=validation_steps,
                shuffle=False,
                watched=watched,
            )
        elif validation_split:
            if isinstance(data, BatchStream | DatasetRows):
                raise ValueError(
                    "validation_split needs arrays, since it takes the last rows; "
                    "for batches give validation_data."
                )
            if isinstance(data, OutOfCoreData):
                data, validation = data.split(validation_split)
            elif isinstance(data, ArrayData):
                data, validation = split_rows(data, validation_split)
        # Rows for validation are not weighted; a stream weights its batches itself.
        if class_weight is not None and isinstance(data, ArrayData):
            data = self._weigh(data, class_weight)
        elif class_weight is not None and isinstance(data, OutOfCoreData):
            data = data.weighted(class_weight, self._outputs_for)
        programs = self._ready(_some(data), training=True)
        if isinstance(validation, ArrayData | DatasetRows | OutOfCoreData):
            self._check_rows(_some(validation))
        if not watched:
            self._check_values(data, validation)
        batch = prediction.chosen_batch(data, batch_size, steps_per_epoch, 32)
        for_validation = batch if validation_batch_size is None else int(validation_batch_size)
        if validation is not None and validation_batch_size is batch_size is None:
            for_validation = prediction.chosen_batch(validation, None, validation_steps, batch)
        _set_batch_size(data, batch)
        _set_batch_size(validation, for_validation)
        if isinstance(validation, ArrayData | OutOfCoreData) and validation_steps is not None:
            steps = self._whole_executions(validation_steps)
            validation = first_steps(validation, steps, for_validation)
        if isinstance(data, ArrayData | OutOfCoreData) and steps_per_epoch is not None:
            steps = self._whole_executions(steps_per_epoch)
            data = GivenSteps(data, steps, batch, shuffle)
        plan = loop.Plan(
            data=data,
            batch_size=batch,
            epochs=int(epochs),
            initial_epoch=int(initial_epoch),
            shuffle=shuffle,
            validation=validation,
            validation_batch_size=for_validation,
            validation_epochs=arguments.validation_epochs(validation_freq),
        )
        container = self._callbacks(
            callbacks, arguments.verbosity(verbose), plan.epochs, data, batch, history=True
        )
        try:
            with programs.running():
                loop.train(programs, plan, container, self)
        finally:
            if isinstance(data, BatchStream | GivenSteps):
                data.close()
        assert isinstance(self.history, History)
        return self.history

    @asked_apart
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Give loss and metrics on data.

        Arguments: as for ``fit``.

        Returns:
            The loss, or the list of loss and metrics; with ``return_dict`` a dictionary.

        Raises:
            RuntimeError: not compiled.
            ValueError: data that make no sense.
        """
        arguments.check_fit(1, batch_size, 0, verbose)
        arguments.check_counts(steps=steps)
        steps = limits.limited_steps(steps)
        data = self._data(x, y, sample_weight, steps=steps, shuffle=False)
        programs = self._ready(_some(data), training=False)
        self._check_values(data)
        data, batch = self._limited(data, batch_size, steps)
        container = self._callbacks(callbacks, arguments.verbosity(verbose), 1, data, batch)
        with programs.running():
            logs = loop.evaluate(programs, data, batch, container)
        return logs if return_dict else self._in_order(logs)

    @asked_apart
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Give the outputs for data, as NumPy arrays.

        Arguments:
            x: as for ``fit``; of batches ``(x, y)`` the x is used.
            batch_size: rows computed at once; chosen by size if left out.
            verbose, steps, callbacks: as for ``fit``.

        Raises:
            ValueError: data that make no sense.
        """
        arguments.check_fit(1, batch_size, 0, verbose)
        arguments.check_counts(steps=steps)
        steps = limits.limited_steps(steps)
        data: loop.Data
        hooked = self._hooked(IN_PREDICTIONS)
        rows = None
        if steps is None and not self._prepares:
            rows = rows_of_dataset(x, self._n_inputs(), None, hooked, False, only_x=not hooked)
        if rows is not None:
            data = rows
        elif is_stream(x):
            data = BatchStream(
                x,
                None if steps is None else self._whole_executions(steps),
                shuffle=False,
                n_inputs=self._n_inputs(),
                only_x=not hooked,
                check=self._check_inputs,
                as_given=hooked,
                prepare=self._prepared,
            )
        elif is_large(x):
            data = OutOfCoreData(x, n_inputs=self._n_inputs())
        else:
            data = make_array_data(x, n_inputs=self._n_inputs(), prepare=self._prepared)
        self._check_inputs(_some(data))
        data, batch = self._limited(data, batch_size, steps)
        container = self._callbacks(callbacks, arguments.verbosity(verbose), 1, data, batch)
        programs = self._prediction_programs()
        with programs.running():
            return prediction.predict(programs, data, batch, container)

    def _in_order(self, logs: dict[str, Any]) -> Any:
        values = list(logs.values())
        if self._hooked(WHOLE_STEPS):
            # Names are the model's own: its metrics in order, then the others by name.
            known = [m.name for m in self.metrics if m.name in logs]
            values = [logs[name] for name in (*known, *sorted(set(logs) - set(known)))]
        elif self._objective is not None:
            values = [logs[name] for name in self._objective.in_order(logs)]
        return values[0] if len(values) == 1 else values

    def _callbacks(
        self,
        callbacks: Any,
        verbose: int,
        epochs: int,
        data: loop.Data,
        batch: int,
        history: bool = False,
    ) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        steps = -(-data.count // batch) if isinstance(data, ArrayData) else data.steps
        return CallbackList(
            callbacks,
            add_history=history,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=steps,
        )


def _some(data: loop.Data) -> ArrayData:
    """Give all rows, or the first ones of data that aren't in memory."""
    return data if isinstance(data, ArrayData) else data.peek()


def _set_batch_size(data: loop.Data | None, batch_size: int) -> None:
    if isinstance(data, OutOfCoreData):
        data.batch_size = batch_size
