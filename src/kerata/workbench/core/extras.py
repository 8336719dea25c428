"""Packages that only some commands need: imported when asked for, named when missing."""

from __future__ import annotations

import importlib
from typing import Any

_EXTRAS = {
    "pandas": "tables",
    "pyarrow": "tables",
    "openpyxl": "tables",
    "chardet": "tables",
    "PIL": "images",
    "sklearn": "sklearn",
    "threadpoolctl": "sklearn",
    "prometheus_client": "serve",
}


def need(module: str, purpose: str) -> Any:
    """Import a package, or say which extra brings it.

    Arguments:
        module: ``"pandas"``, ``"PIL.Image"``, ...
        purpose: begins the sentence, as in "Reading data.csv".

    Raises:
        ImportError: it is not installed.

    >>> need("json", "Reading data.json").loads("[1]")
    [1]
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        extra = _EXTRAS.get(package, "all")
        raise ImportError(
            f"{purpose} needs {package}, which is not installed: pip install 'kerata[{extra}]'."
        ) from error
