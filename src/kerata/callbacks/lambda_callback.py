"""A callback from plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerata.base.messages import did_you_mean
from kerata.callbacks.callback import HOOKS, Callback

Hook = Callable[..., Any] | None


class LambdaCallback(Callback):
    """Calls functions at the moments they are given for.

    Arguments:
        on_epoch_begin, on_epoch_end: functions of ``(epoch, logs)``: an integer from 0, and a
            dictionary of floats by name. Like all hooks they are None by default.
        on_train_begin, on_train_end: functions of ``(logs)``.
        on_train_batch_begin, on_train_batch_end: functions of ``(batch, logs)``.
        **hooks: functions for other hooks, such as ``on_test_end``.

    Raises:
        TypeError: a hook that does not exist; something that is not a function.

    >>> say = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> say.on_epoch_end(0, {"loss": 0.5})
    0 0.5
    """

    def __init__(
        self,
        on_epoch_begin: Hook = None,
        on_epoch_end: Hook = None,
        on_train_begin: Hook = None,
        on_train_end: Hook = None,
        on_train_batch_begin: Hook = None,
        on_train_batch_end: Hook = None,
        **hooks: Hook,
    ) -> None:
        hooks |= {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        for name, function in hooks.items():
            if name not in HOOKS:
                raise TypeError(f"LambdaCallback has no hook {name!r}. {did_you_mean(name, HOOKS)}")
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"LambdaCallback: {name} must be a function, got {function!r}.")
            setattr(self, name, function)
