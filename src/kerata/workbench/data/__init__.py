"""From files, folders and names to tables, texts and images."""

from kerata.workbench.data.containers import Images, Part, Source, Table, Texts
from kerata.workbench.data.source import read_source

__all__ = ["Images", "Part", "Source", "Table", "Texts", "read_source"]
