"""Text data sets that come in two files: Keras's numbers of words, or the publisher's texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kerata.datasets.archives import read_word_index
from kerata.datasets.catalogue import WORD_INDEXES, entry
from kerata.datasets.fetch import locate
from kerata.datasets.parsed import Parsed, remember
from kerata.datasets.sequences import unpack_words


@dataclass(frozen=True)
class Corpus:
    """Where a corpus lies and how its two files are read.

    Arguments:
        name: in the catalogue of data sets; ``{name}.npz`` is Keras's file.
        parse_npz: reads Keras's file into arrays.
        parse_archive: reads the publisher's archive into arrays, ``words`` among them.
        parse_texts: reads the publisher's archive into its texts.
    """

    name: str
    parse_npz: Callable[[Path], Parsed]
    parse_archive: Callable[[Path], Parsed]
    parse_texts: Callable[[Path], Parsed]

    def numbers(self, path: str | Path) -> Parsed:
        """Give ranks of words and labels from Keras's file if it is here, else the archive."""
        return self._stored(self._source(path))

    def texts(self, path: str | Path) -> Parsed:
        """Give the texts as they were written, and labels."""
        source = entry(self.name).files[0].find(path)
        return remember(f"{self.name}-texts", source, self.parse_texts)

    def word_index(self, path: str | Path) -> dict[str, int]:
        """Give each word's rank in the file that :meth:`numbers` reads by default.

        Arguments:
            path: name or path of Keras's JSON file of ranks, which goes with Keras's numbers.
        """
        source = self._source(f"{self.name}.npz")
        if source.suffix == ".npz" or Path(path).is_absolute():
            return read_word_index(WORD_INDEXES[self.name].find(path))
        return unpack_words(self._stored(source)["words"])

    def _source(self, path: str | Path) -> Path:
        publisher = path if Path(path).is_absolute() else None
        return locate(path) or entry(self.name).files[0].find(publisher)

    def _stored(self, source: Path) -> Parsed:
        if source.suffix == ".npz":
            return remember(f"{self.name}-npz", source, self.parse_npz)
        return remember(self.name, source, self.parse_archive)
