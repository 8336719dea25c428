"""Folders of finished runs: ``runs.save``, ``runs.load``, ``runs.all``."""

from kerata.workbench.keeping.run import Run, load
from kerata.workbench.keeping.run import every as all
from kerata.workbench.keeping.saving import check_name, save

__all__ = ["Run", "all", "check_name", "load", "save"]
