"""Networks that one watches learning, in a page on the compiled engine."""

from __future__ import annotations

from kerata.playground.learner import Learner
from kerata.playground.problems import Problem, make_problem
from kerata.playground.settings import Settings
from kerata.playground.tables import Sheet

__all__ = ["Learner", "Problem", "Settings", "Sheet", "make_problem"]
