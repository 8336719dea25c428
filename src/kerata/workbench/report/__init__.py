"""A run's report: one page that needs nothing else."""

from kerata.workbench.report.page import write_report

__all__ = ["write_report"]
