"""From files, folders and names to tables, texts and images."""

from kerata.workbench.reading.parts import Images, Part, Source, Table, Texts

__all__ = ["Images", "Part", "Source", "Table", "Texts"]
