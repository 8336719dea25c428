"""From files, folders and names to tables, texts and images."""

from kerata.workbench.reading.parts import Images, Part, Source, Table, Texts
from kerata.workbench.reading.source import read_source

__all__ = ["Images", "Part", "Source", "Table", "Texts", "read_source"]
