"""A graph as data that a page of its own runs: no server, no network, no foreign program."""

from kerata.export.page.graph import as_json
from kerata.export.page.markup import one_file
from kerata.export.page.modules import PAGE, source

__all__ = ["PAGE", "as_json", "one_file", "source"]
