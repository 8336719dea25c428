"""Folders of finished runs: ``runs.save``, ``runs.load``, ``runs.all``."""

from kerata.workbench.runs.run import Run, load
from kerata.workbench.runs.run import every as all
from kerata.workbench.runs.store import check_name, prepare_folder, save

__all__ = ["Run", "all", "check_name", "load", "prepare_folder", "save"]
