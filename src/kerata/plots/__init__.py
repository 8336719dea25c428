"""Pictures of training runs and of what a network gets wrong; each function gives a figure."""

from kerata.plots.confusion import confusion
from kerata.plots.decision_boundary import decision_boundary
from kerata.plots.digits import digits
from kerata.plots.feature_maps import feature_maps
from kerata.plots.filters import filters
from kerata.plots.history import history
from kerata.plots.search import search
from kerata.plots.waterfall import waterfall

__all__ = [
    "confusion",
    "decision_boundary",
    "digits",
    "feature_maps",
    "filters",
    "history",
    "search",
    "waterfall",
]
