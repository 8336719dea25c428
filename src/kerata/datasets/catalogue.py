"""What there is: each data set's files with address, size and SHA-256, its licence and origin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kerata.base.messages import did_you_mean
from kerata.datasets.fetch import find, locate

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases/"
_CIFAR = "https://www.cs.toronto.edu/~kriz/"


@dataclass(frozen=True)
class RemoteFile:
    """One published file: name in a folder, address, SHA-256 and length in bytes if known."""

    name: str
    url: str
    sha256: str | None = None
    size: int | None = None

    def find(self, name: str | Path | None = None) -> Path:
        """Find it, downloading it if need be, under another name or path if one is given."""
        return find(name or self.name, self.url, self.sha256, self.size)


@dataclass(frozen=True)
class Entry:
    """One data set: its files, and the names under which others distribute the same."""

    name: str
    what: str
    licence: str
    origin: str
    files: tuple[RemoteFile, ...]
    instead: tuple[tuple[str, ...], ...] = ()

    @property
    def size(self) -> int | None:
        """Bytes to download; None if a file's length isn't known."""
        sizes = [file.size for file in self.files]
        return sum(size for size in sizes if size) if all(sizes) else None

    def located(self) -> list[Path] | None:
        """Give the files that are here already, the published ones or others' form of them."""
        for names in [*self.instead, tuple(file.name for file in self.files)]:
            found = [path for path in map(locate, names) if path is not None]
            if len(found) == len(names):
                return found
        return None

    def fetch(self) -> list[Path]:
        """Give the files, downloading those that aren't here."""
        return self.located() or [file.find() for file in self.files]


def _idx(folder: str) -> tuple[str, ...]:
    """Name the four files of MNIST's own format, images and labels in turn."""
    return tuple(
        f"{folder}/{part}-{kind}-ubyte.gz"
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    )


MNIST_IDX = _idx("mnist")
# Copies as pictures in folders, ``cifar10/train/airplane/0000.jpg``.
CIFAR10_PICTURES = "cifar10_jpeg.tar.xz"
FASHION_IDX = _idx("fashion-mnist")
_FASHION = (
    ("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
    ("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
    ("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
    ("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
)

CATALOGUE = (
    Entry(
        "mnist",
        "70,000 handwritten digits, 28 by 28",
        "CC BY-SA 3.0",
        "LeCun, Cortes and Burges",
        (
            RemoteFile(
                "mnist.npz",
                _KERAS + "mnist.npz",
                "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                11_490_434,
            ),
        ),
        (MNIST_IDX,),
    ),
    Entry(
        "fashion_mnist",
        "70,000 pieces of clothing, 28 by 28",
        "MIT",
        "Zalando Research",
        tuple(
            RemoteFile(name, _KERAS + name.split("/")[1], sha256, size)
            for name, (sha256, size) in zip(FASHION_IDX, _FASHION, strict=True)
        ),
        (("fashion_mnist.npz",),),
    ),
    Entry(
        "cifar10",
        "60,000 photographs of 10 things, 32 by 32",
        "free, cite the report",
        "Krizhevsky, University of Toronto",
        (
            RemoteFile(
                "cifar-10-binary.tar.gz",
                _CIFAR + "cifar-10-binary.tar.gz",
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                170_052_171,
            ),
        ),
        instead=((CIFAR10_PICTURES,),),
    ),
    Entry(
        "cifar100",
        "60,000 photographs of 100 things, 32 by 32",
        "free, cite the report",
        "Krizhevsky, University of Toronto",
        (
            RemoteFile(
                "cifar-100-binary.tar.gz",
                _CIFAR + "cifar-100-binary.tar.gz",
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                168_513_733,
            ),
        ),
    ),
    Entry(
        "imdb",
        "50,000 film reviews, liked or not",
        "research, cite the paper",
        "Maas and others, Stanford",
        (
            RemoteFile(
                "aclImdb_v1.tar.gz",
                "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
                "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
                84_125_825,
            ),
        ),
        (("imdb.npz",),),
    ),
    Entry(
        "reuters",
        "11,228 news stories of 46 topics",
        "research, cite Reuters-21578",
        "Reuters and Lewis, 1987",
        (
            RemoteFile(
                "reuters21578.tar.gz",
                _UCI + "reuters21578-mld/reuters21578.tar.gz",
                "3bae43c9b14e387f76a61b6d82bf98a4fb5d3ef99ef7e7075ff2ccbcf59f9d30",
            ),
        ),
        (("reuters.npz",),),
    ),
    Entry(
        "boston_housing",
        "506 districts of Boston, prices of 1978",
        "public",
        "Harrison and Rubinfeld",
        (
            RemoteFile(
                "boston_housing.npz",
                _KERAS + "boston_housing.npz",
                "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
                57_026,
            ),
        ),
        (("BostonHousing.csv",),),
    ),
    Entry(
        "california_housing",
        "20,640 districts of California, prices of 1990",
        "public",
        "Pace and Barry",
        (
            RemoteFile(
                "california_housing.npz",
                _KERAS + "california_housing.npz",
                "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
                743_530,
            ),
        ),
        (("cal_housing.tgz",),),
    ),
    Entry(
        "adult",
        "48,842 people of a census, income over 50,000 dollars or not",
        "CC BY 4.0",
        "Becker and Kohavi, UCI",
        (
            RemoteFile(
                "adult.data",
                _UCI + "adult/adult.data",
                "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
                3_974_305,
            ),
            RemoteFile(
                "adult.test",
                _UCI + "adult/adult.test",
                "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
                2_003_153,
            ),
        ),
        (("adult.data.gz", "adult.test.gz"),),
    ),
    Entry(
        "digits",
        "1,797 handwritten digits, 8 by 8",
        "CC BY 4.0",
        "Alpaydin and Kaynak, UCI",
        (),
    ),
)

WORD_INDEXES = {
    name: RemoteFile(f"{name}_word_index.json", f"{_KERAS}{name}_word_index.json")
    for name in ("imdb", "reuters")
}


def entry(name: str) -> Entry:
    """Look up a data set.

    Raises:
        ValueError: there is none of that name.

    >>> entry("mnist").size
    11490434
    """
    for known in CATALOGUE:
        if known.name == name:
            return known
    raise ValueError(
        f"Unknown data set {name!r}. {did_you_mean(name, (known.name for known in CATALOGUE))}"
    )
