"""OpenML's thousands of tables, through scikit-learn."""

from __future__ import annotations

from typing import Any

from kerata.datasets.fetch import cache_folder


def fetch_openml(name: str | None = None, *, data_home: str | None = None, **options: Any) -> Any:
    """Fetch a data set of OpenML with scikit-learn's function of the same name.

    Arguments:
        name: what OpenML calls it.
        data_home: where it is kept; by default in the cache of the other data sets.
        options: what scikit-learn's function takes besides, as ``version``, ``as_frame``.

    Raises:
        ImportError: scikit-learn is not installed.
        ConnectionError: it is not in the cache and OpenML can't be reached.

    Example::

        diabetes = fetch_openml("diabetes", version=1)

    Source: scikit-learn, ``sklearn.datasets.fetch_openml``.
    """
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(
            "fetch_openml goes through scikit-learn: pip install 'kerata[sklearn]'."
        ) from error
    home = str(cache_folder() / "openml") if data_home is None else data_home
    try:
        return datasets.fetch_openml(name, data_home=home, **options)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise ConnectionError(
            f"{name or options.get('data_id')} could not be fetched from OpenML ({reason}): "
            f"fetch it by hand from https://www.openml.org, or copy the folder {home} from "
            "a machine with a network."
        ) from error
