"""The base of all callbacks: one method for each moment of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerata.base.signatures import refuse_by_class

Logs = Mapping[str, Any] | None


class Callback:
    """An object that ``fit``, ``evaluate`` and ``predict`` call at each stage.

    Subclasses define the hooks they need. Epochs and batches count from 0; ``logs`` maps
    names such as ``'loss'`` and ``'val_loss'`` to Python floats and may be added to.
    A subclass that defines a hook for single batches makes the engine run step by step;
    ``progress`` reports on the way through an epoch without that cost.

    Attributes:
        model: the model that runs; ``self.model.stop_training = True`` ends training.
        params: ``verbose``, ``epochs`` and ``steps`` of the run, integers.
        chunks_suffice: bool; set to True in a subclass whose batch hooks need not be called
            for every batch, because its ``progress`` does the work as well.
        kept_state: names of the attributes that ``BackupAndRestore`` saves: numbers, strings,
            arrays, lists and dictionaries of them.
        comes_last: bool; set to True in a subclass that must be called after all others.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch}: loss {logs['loss']}")
    >>> Shout().on_epoch_end(0, {"loss": 0.5})
    epoch 0: loss 0.5
    """

    model: Any = None
    params: dict[str, Any] = {}
    chunks_suffice = False
    kept_state: tuple[str, ...] = ()
    comes_last = False
    first_process_only = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let constructors of this library refuse what they don't take in one sentence."""
        super().__init_subclass__(**kwargs)
        refuse_by_class(cls)

    def set_params(self, params: dict[str, Any]) -> None:
        """Take over the settings of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take over the model that runs."""
        self.model = model

    @property
    def _model(self) -> Any:
        """The model, under the name that Keras's callbacks keep it by."""
        return self.model

    @_model.setter
    def _model(self, model: Any) -> None:
        self.model = model

    def set_callbacks(self, callbacks: list[Callback]) -> None:
        """Take over all callbacks of the run, in the order in which they are called."""

    def progress(self, done_steps: int, total_steps: int | None, logs: Logs = None) -> None:
        """Hear, a few times a second, how many steps of the running epoch are done.

        Arguments:
            done_steps: steps finished in this epoch.
            total_steps: steps of the epoch, None if unknown.
            logs: averages so far.
        """

    def on_train_begin(self, logs: Logs = None) -> None:
        """Called when ``fit`` starts."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Called when ``fit`` ends, with the logs of the last epoch."""

    def on_train_stopped(self, error: BaseException) -> None:
        """Called when ``fit`` ends by an error or Ctrl-C, in place of ``on_train_end``.

        Arguments:
            error: what is raised after all callbacks have heard of it.
        """

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Called at the start of an epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Called at the end of an epoch, after validation."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a training step."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a training step, with the averages of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Older name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Older name of ``on_train_batch_end``."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Called when ``evaluate`` or a validation starts."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Called when ``evaluate`` or a validation ends."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch of ``evaluate`` or of a validation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a batch of ``evaluate`` or of a validation."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Called when ``predict`` starts."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Called when ``predict`` ends."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Called before a batch of ``predict``."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Called after a batch of ``predict``, with ``logs={'outputs': ...}``."""


TRAIN_BATCH_HOOKS = (
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_batch_begin",
    "on_batch_end",
)
TEST_BATCH_HOOKS = ("on_test_batch_begin", "on_test_batch_end")
PREDICT_BATCH_HOOKS = ("on_predict_batch_begin", "on_predict_batch_end")
HOOKS = (
    *("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end"),
    *TRAIN_BATCH_HOOKS,
    *("on_test_begin", "on_test_end", *TEST_BATCH_HOOKS),
    *("on_predict_begin", "on_predict_end", *PREDICT_BATCH_HOOKS),
)


def overrides(callback: Callback, hooks: tuple[str, ...]) -> bool:
    """Say whether a callback has its own version of one of some hooks."""
    return any(
        getattr(getattr(callback, hook), "__func__", None) is not getattr(Callback, hook)
        for hook in hooks
    )
