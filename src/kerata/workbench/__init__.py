"""From data to a trained network that is judged honestly."""

from kerata.workbench.core.result import Trained
from kerata.workbench.data import read_source
from kerata.workbench.evaluation.judgement import verdict_of
from kerata.workbench.evaluation.verdict import Run, Verdict, judge
from kerata.workbench.experiment import fit_source
from kerata.workbench.networks import digits_network
from kerata.workbench.train_digits import DigitsResult, train_digits

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
