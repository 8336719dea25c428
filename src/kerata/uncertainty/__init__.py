"""How sure answers are: probabilities that come true as often as they say, and intervals."""

from __future__ import annotations

from kerata.uncertainty.calibration import Calibration, calibrate, fit_calibration
from kerata.uncertainty.conformal import Conformal, Intervals, conformal
from kerata.uncertainty.residuals import Residuals, fit_residuals

__all__ = [
    "Calibration",
    "Conformal",
    "Intervals",
    "Residuals",
    "calibrate",
    "conformal",
    "fit_calibration",
    "fit_residuals",
]
