"""Many networks at once: cross-validation, grids, random search, ensembles.

Networks of one shape train in one compiled program, with the results of training each alone.
"""

from kerata.search.distributions import choice, integers, loguniform, uniform
from kerata.search.ensemble import Ensemble, ensemble
from kerata.search.nested import NestedResults, nested
from kerata.search.results import Candidate, Lead, Results
from kerata.search.statistics import corrected_t_test
from kerata.search.study import cross_validate, grid, random

__all__ = [
    "Candidate",
    "Ensemble",
    "Lead",
    "NestedResults",
    "Results",
    "choice",
    "corrected_t_test",
    "cross_validate",
    "ensemble",
    "grid",
    "integers",
    "loguniform",
    "nested",
    "random",
    "uniform",
]
