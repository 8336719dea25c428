"""Which epoch's weights a network has, and why, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from kerata.workbench.core.learning_curves import best_epoch, notable_rise, still_falling
from kerata.workbench.core.wording import counted, number

# With fewer epochs nobody sees whether a loss is still falling.
_FEWEST = 3


def epoch_sentence(
    losses: Sequence[float],
    allowed: float,
    *,
    interrupted: bool = False,
    scheduled: bool = False,
    kept: int | None = None,
) -> str:
    """Say which epoch had the lowest validation loss, and what came after it.

    Arguments:
        losses: validation loss after each epoch.
        allowed: epochs that training might have taken; infinity if nobody set a limit.
        interrupted: whether Ctrl-C ended it.
        scheduled: whether the learning rate falls to 0 over the epochs that are allowed.
        kept: epoch whose weights the network has, from 1; the best one by default.

    >>> epoch_sentence([0.5, 0.2, 0.3], 3)[:67]
    'Epoch 2 of 3 had the lowest validation loss, 0.2; its weights were '
    """
    done, best = len(losses), best_epoch(losses)
    if best is None:
        return "The validation loss was never a finite number: training diverged."
    lowest = number(losses[best - 1])
    stopped = f"; training was interrupted after epoch {done}" if interrupted else ""
    if done == 1:
        return f"1 epoch was trained; its validation loss is {lowest}{stopped}."
    message = f"Epoch {best} of {done} had the lowest validation loss, {lowest}"
    if best == done:
        return message + _of_the_last(losses, allowed, interrupted, scheduled)
    if kept not in (None, best):
        return f"{message}; the weights are those of epoch {kept}."
    message += "; its weights were kept"
    rise = notable_rise(losses)
    if rise:
        return f"{message}, since the loss rose by {100 * rise:.0f}% until the last epoch{stopped}."
    if done < allowed and not interrupted:
        return f"{message}, since {counted(done - best, 'epoch')} brought nothing better."
    return f"{message}{stopped}."


def longer(
    losses: Sequence[float], allowed: float, *, interrupted: bool = False, scheduled: bool = False
) -> str:
    """Say whether more epochs are worth a try; '' if nothing speaks for it.

    Arguments:
        losses, allowed, interrupted, scheduled: as for ``epoch_sentence``.

    >>> longer([0.9, 0.6, 0.5], 3)
    'Allow more than 3 epochs (--epochs): the validation loss was still falling.'
    """
    done = len(losses)
    if best_epoch(losses) != done or scheduled:
        return ""
    if interrupted:
        return "Let it train to the end." if done < allowed else ""
    if done < allowed:
        return ""
    message = f"Allow more than {counted(int(allowed), 'epoch')} (--epochs)"
    if done < _FEWEST:
        return f"{message}: so few don't show whether the validation loss goes on falling."
    return f"{message}: the validation loss was still falling." if still_falling(losses) else ""


def _of_the_last(
    losses: Sequence[float], allowed: float, interrupted: bool, scheduled: bool
) -> str:
    falling = still_falling(losses)
    if interrupted:
        return f"; training was interrupted after it{', while it was falling' if falling else ''}."
    if len(losses) < allowed:
        return "; it was the last one."
    if scheduled:
        return ": the last one, at which the learning rate had fallen to 0."
    return f": it was the last one{', and the loss was still falling' if falling else ''}."
