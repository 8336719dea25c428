"""A graph as data that a page of its own runs: no server, no network, no foreign program."""

from kerata.export.page.graph import as_json, check_operators
from kerata.export.page.markup import one_file

__all__ = ["as_json", "check_operators", "one_file"]
