"""A search over the workbench's networks and preparations with Optuna."""

from kerata.workbench.tuning.tune import tune_source

__all__ = ["tune_source"]
