"""What is wrong with a training: findings in plain sentences, and the range test."""

from kerata.workbench.core.findings import Finding, Findings
from kerata.workbench.diagnosis.diagnose import diagnose
from kerata.workbench.diagnosis.range_test import LearningRates, find_learning_rate
from kerata.workbench.diagnosis.trained import diagnose_trained

__all__ = [
    "Finding",
    "Findings",
    "LearningRates",
    "diagnose",
    "diagnose_trained",
    "find_learning_rate",
]
