"""From data to a trained network that is judged honestly."""

from kerata.workbench.networks import digits_network
from kerata.workbench.train_digits import DigitsResult, train_digits
from kerata.workbench.verdict import Run, Verdict, judge

__all__ = ["DigitsResult", "Run", "Verdict", "digits_network", "judge", "train_digits"]
