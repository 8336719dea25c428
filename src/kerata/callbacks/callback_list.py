"""Several callbacks as one."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

from kerata.base.console import is_interactive_logging_enabled
from kerata.base.eager import current_front, handed_back
from kerata.base.notebook import shell
from kerata.base.origin import is_own_function
from kerata.base.placement import current_placement
from kerata.callbacks.callback import (
    PREDICT_BATCH_HOOKS,
    TEST_BATCH_HOOKS,
    TRAIN_BATCH_HOOKS,
    Callback,
    Logs,
    overrides,
)
from kerata.callbacks.history import History
from kerata.callbacks.logs import plain_logs
from kerata.callbacks.notebook_progress import NotebookProgress
from kerata.callbacks.progbar_logger import ProgbarLogger


class CallbackList(Callback):
    """Several callbacks that are called in turn, the user's before the built-in ones.

    All callbacks of one moment get the same ``logs`` dictionary, so that what one adds
    (``learning_rate``, say) reaches those after it.

    Arguments:
        callbacks: a callback, or a nested list of them; none by default.
        add_history: bool, whether to add a ``History`` if there is none; False by default.
        add_progbar: bool, the same for a ``ProgbarLogger``, or in a notebook for curves in
            the cell; False by default.
        model: the model that runs.
        **params: ``verbose``, ``epochs`` and ``steps`` of the run, integers.

    Raises:
        TypeError: something that is not a callback.

    >>> events = CallbackList([Callback()], add_history=True)
    >>> events.needs_batches, [type(c).__name__ for c in events.callbacks]
    (False, ['Callback', 'History'])
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks = list(_flat(callbacks))
        if add_history and self._find(History) is None:
            self.callbacks.append(History())
        if add_progbar and self._find(ProgbarLogger) is None:
            self.callbacks.append(_progress(params.get("verbose", 1)))
        self.callbacks.sort(key=lambda c: c.comes_last)
        for callback in self.callbacks:
            callback.set_callbacks(self.callbacks)
        # All processes of a run count the same callbacks, so that they run the same programs.
        first = current_placement().first
        self._acting = [c for c in self.callbacks if first or not c.first_process_only]
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    def _find(self, kind: type[Callback]) -> Callback | None:
        return next((c for c in self.callbacks if isinstance(c, kind)), None)

    @property
    def needs_batches(self) -> bool:
        """Whether a callback wants to be called for each training step."""
        return self._wants(TRAIN_BATCH_HOOKS)

    @property
    def needs_test_batches(self) -> bool:
        """Whether a callback wants to be called for each batch of an evaluation."""
        return self._wants(TEST_BATCH_HOOKS)

    @property
    def needs_predict_batches(self) -> bool:
        """Whether a callback wants to be called for each batch of a prediction."""
        return self._wants(PREDICT_BATCH_HOOKS)

    def _wants(self, hooks: tuple[str, ...]) -> bool:
        return any(overrides(c, hooks) for c in self.callbacks if not c.chunks_suffice)

    def set_params(self, params: dict[str, Any]) -> None:
        """Hand the settings of the run to all callbacks."""
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hand the model to all callbacks; it gets the history in return."""
        self.model = model
        history = self._find(History)
        if history is not None:
            model.history = history
        for callback in self.callbacks:
            callback.set_model(model)

    def progress(self, done_steps: int, total_steps: int | None, logs: Logs = None) -> None:
        """Tell all callbacks how far the running epoch, evaluation or prediction is."""
        logs = plain_logs(logs)
        for callback in self._acting:
            callback.progress(done_steps, total_steps, logs)

    @contextlib.contextmanager
    def until_stopped(self) -> Iterator[None]:
        """Tell all callbacks of an error that ends training inside a ``with`` block."""
        try:
            yield
        except BaseException as error:
            for callback in self._acting:
                callback.on_train_stopped(error)
            raise

    # One method a moment, written out, so that a reader and a debugger find each.

    def on_train_begin(self, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_train_begin", logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_epoch_end", logs, epoch)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_train_batch_begin", logs, batch)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_train_batch_end", logs, batch)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_batch_begin", logs, batch)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_batch_end", logs, batch)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_test_batch_begin", logs, batch)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_test_batch_end", logs, batch)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_predict_batch_begin", logs, batch)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Pass the moment on to all callbacks."""
        self._each("on_predict_batch_end", logs, batch)

    def _each(self, hook: str, logs: Logs, *index: int) -> None:
        logs = plain_logs(logs)
        for callback in self._acting:
            call = getattr(callback, hook)
            if current_front() is None or is_own_function(call):
                call(*index, logs)
            else:
                handed_back(call, *index, logs)


def _progress(verbose: Any) -> Callback:
    """Give what shows progress: curves in a notebook, else a bar or lines."""
    drawn = verbose in (1, "auto") and is_interactive_logging_enabled() and shell() is not None
    return NotebookProgress() if drawn else ProgbarLogger()


def _flat(callbacks: Any) -> Iterator[Callback]:
    if callbacks is None:
        return
    if isinstance(callbacks, CallbackList):
        yield from callbacks.callbacks
    elif isinstance(callbacks, Callback):
        yield callbacks
    elif isinstance(callbacks, (list, tuple)):
        for inner in callbacks:
            yield from _flat(inner)
    elif inspect.isclass(callbacks) and issubclass(callbacks, Callback):
        name = callbacks.__name__
        raise TypeError(f"callbacks needs objects, got the class {name}; write {name}(...).")
    else:
        raise TypeError(
            f"callbacks needs Callback objects, got {callbacks!r} of type "
            f"{type(callbacks).__name__}. A function can be wrapped: "
            "LambdaCallback(on_epoch_end=...)."
        )
