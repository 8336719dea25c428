"""Folders of finished runs: ``runs.save``, ``runs.load``, ``runs.all``."""

from kerata.workbench.runs.run import Run, every as all, load, look_through
from kerata.workbench.runs.store import add_report, check_name, complete, free_name, keep, save

__all__ = [
    "Run",
    "add_report",
    "all",
    "check_name",
    "complete",
    "free_name",
    "keep",
    "load",
    "look_through",
    "save",
]
