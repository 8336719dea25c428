"""Many networks at once: cross-validation, grids, random search, ensembles.

Networks of one shape train in one compiled program, with the results of training each alone.
"""

from kerata.search.distributions import choice, integers, loguniform, uniform
from kerata.search.results import Candidate, Lead, Results
from kerata.search.statistics import corrected_t_test
from kerata.search.study import cross_validate, grid, random

__all__ = [
    "Candidate",
    "Lead",
    "Results",
    "choice",
    "corrected_t_test",
    "cross_validate",
    "grid",
    "integers",
    "loguniform",
    "random",
    "uniform",
]
