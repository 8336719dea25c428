"""From data to a trained network that is judged honestly."""

from kerata.workbench.fitting import Trained, fit_source
from kerata.workbench.judgement import verdict_of
from kerata.workbench.networks import digits_network
from kerata.workbench.reading import read_source
from kerata.workbench.train_digits import DigitsResult, train_digits
from kerata.workbench.verdict import Run, Verdict, judge

__all__ = [
    "DigitsResult",
    "Run",
    "Trained",
    "Verdict",
    "digits_network",
    "fit_source",
    "judge",
    "read_source",
    "train_digits",
    "verdict_of",
]
