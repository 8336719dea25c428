"""From data to a trained network that is judged honestly."""

from kerata.workbench.core.result import Trained
from kerata.workbench.data import read_source
from kerata.workbench.evaluation.verdict import Verdict, verdict_of
from kerata.workbench.experiment import fit_source

__all__ = [
    "Trained",
    "Verdict",
    "fit_source",
    "read_source",
    "verdict_of",
]
