"""A bound on the time that a whole training may take."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from kerata import callbacks

# Shares of the time at which baselines and networks must have ended; the rest is for judging,
# the diagnosis and the report.
BASELINES, NETWORKS = 0.3, 0.8
# The same for the folds of a cross-validation, after which the network that is kept is trained.
FOLDS = 0.5


@dataclass(frozen=True)
class TimeLimit:
    """So many minutes from now on.

    Arguments:
        minutes: above 0.

    Raises:
        ValueError: minutes that are none.

    >>> limit = TimeLimit(10)
    >>> limit.over(0.5), 299 < limit.at(0.5) - limit.began <= 300
    (False, True)
    """

    minutes: float
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Refuse what is no time."""
        if not 0 < self.minutes < math.inf:
            raise ValueError(f"minutes must be above 0, got {self.minutes}.")

    @property
    def words(self) -> str:
        """How long it is.

        >>> TimeLimit(1).words, TimeLimit(2.5).words
        ('1 minute', '2.5 minutes')
        """
        return "1 minute" if self.minutes == 1 else f"{self.minutes:g} minutes"

    def at(self, share: float) -> float:
        """Give the moment, by ``time.monotonic``, at which a share of the time is over."""
        return self.began + share * 60 * self.minutes

    def over(self, share: float = 1.0) -> bool:
        """Say whether a share of the time is over."""
        return time.monotonic() >= self.at(share)


class StopInTime(callbacks.Callback):
    """Ends training before the epoch that would end too late; the first one is always finished.

    Arguments:
        until: the moment, by ``time.monotonic``.

    Attributes:
        stopped: whether it did.
    """

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until
        self.stopped = False
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note when an epoch begins."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop if the next one would take too long; the first includes compiling."""
        now = time.monotonic()
        took = now - self._began if epoch else 0.0
        last = epoch + 1 >= self.params.get("epochs", math.inf)
        if now + took > self.until and not last and not self.model.stop_training:
            self.model.stop_training = self.stopped = True
