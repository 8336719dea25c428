"""Pictures of training runs and of what a network gets wrong; each function gives a figure."""

from kerata.plots.confusion import confusion
from kerata.plots.digits import digits
from kerata.plots.history import history

__all__ = ["confusion", "digits", "history"]
