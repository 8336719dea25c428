"""Adult: 48,842 people of the census of 1994, and whether they earn over 50,000 dollars."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kerata.datasets.archives import reading
from kerata.datasets.catalogue import entry

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital_status"),
    *("occupation", "relationship", "race", "sex", "capital_gain", "capital_loss"),
    *("hours_per_week", "native_country"),
)
NUMERIC_COLUMNS = (
    *("age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week"),
)

Part = tuple["pandas.DataFrame", np.ndarray]


def load_data() -> tuple[Part, Part]:
    """Give the people as tables, with the publisher's split.

    ``adult.data`` and ``adult.test`` are read, packed (``.gz``) or not.

    Returns:
        ``(table, labels), (test_table, test_labels)``: pandas tables of 32,561 and 16,281
        rows with :data:`COLUMNS`: :data:`NUMERIC_COLUMNS` int64, the others text. What is
        not known stays the text ``?``, a category like others, so that no row is lost.
        Labels int64: 1 over 50,000 dollars a year.

    Raises:
        ImportError: pandas is not installed.
        ConnectionError: it is not here and can't be downloaded.
        ValueError: a file is damaged.

    Example::

        (table, labels), (test_table, test_labels) = load_data()

    Source: Becker and Kohavi, Adult (UCI Machine Learning Repository, 1996).
    """
    try:
        import pandas  # noqa: F401 - asked for before anything is downloaded
    except ImportError as error:
        raise ImportError("Adult is a table: pip install 'kerata[tables]'.") from error
    train, test = entry("adult").fetch()
    return _read(train), _read(test)


def _read(path: Path) -> Part:
    import pandas

    with reading(path, "the rows of Adult"):
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
        # The test file begins with a line about cross validation.
        lines = [line for line in text.splitlines() if line and not line.startswith("|")]
        # A full stop ends the labels of the test file.
        rows = [line.rstrip(".").split(", ") for line in lines]
        if not rows or any(len(row) != len(COLUMNS) + 1 for row in rows):
            raise ValueError(f"{len(COLUMNS) + 1} fields in each line are expected")
        *columns, income = zip(*rows, strict=True)
        if set(income) - {"<=50K", ">50K"}:
            raise ValueError("an income is neither <=50K nor >50K")
        table = pandas.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
        table = table.astype(dict.fromkeys(NUMERIC_COLUMNS, "int64"))
    return table, np.array([value == ">50K" for value in income], dtype="int64")
