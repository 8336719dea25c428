"""Vectors of pictures that were computed before, in one file of the cache folder.

An SQLite database: several programs may read and write it at once, and a program that dies leaves
it whole. Nothing depends on it: where it can't be read or written, vectors are computed again.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kerata.base import caches

# Megabytes that are kept; what was asked for longest ago goes first.
MOST_MEGABYTES = 256
# Seconds to wait for another program that writes.
_PATIENCE = 2.0
# Parameters of one query.
_AT_ONCE = 500
_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    mark BLOB PRIMARY KEY, vector BLOB NOT NULL, used REAL NOT NULL
) WITHOUT ROWID
"""


def place() -> Path:
    """Give the path of the database; ``KERATA_HOME`` moves it."""
    return caches.home() / "photo_features.sqlite"


def recalled(marks: Sequence[bytes], width: int) -> dict[bytes, np.ndarray]:
    """Give the vectors that are known of these marks.

    Arguments:
        marks: of pictures, see ``photos``.
        width: numbers in a vector; entries of another size, or with numbers that are not finite,
            are taken for damaged and left out.

    Returns:
        float32 ``(width,)`` by mark.
    """
    found: dict[bytes, np.ndarray] = {}
    with _opened(create=False) as database:
        if database is None:
            return found
        for some in _parts(marks):
            holes = ",".join("?" * len(some))
            rows = database.execute(
                f"SELECT mark, vector FROM vectors WHERE mark IN ({holes})", some
            )
            for mark, stored in rows:
                if isinstance(stored, bytes) and len(stored) == 4 * width:
                    vector = np.frombuffer(stored, "<f4").astype("float32")
                    if np.isfinite(vector).all():
                        found[mark] = vector
            # A failure to write the time must not cost what was found.
            with contextlib.suppress(sqlite3.Error):
                database.execute(
                    f"UPDATE vectors SET used = ? WHERE mark IN ({holes})", [time.time(), *some]
                )
    return found


def keep(vectors: Mapping[bytes, np.ndarray]) -> None:
    """Keep vectors; the oldest go where they are too many.

    Arguments:
        vectors: float32 ``(width,)`` by mark.
    """
    if not vectors:
        return
    now = time.time()
    rows = [(mark, vector.astype("<f4").tobytes(), now) for mark, vector in vectors.items()]
    with _opened(create=True) as database:
        if database is None:
            return
        database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
        most = max(1, int(MOST_MEGABYTES * 1e6 / max(len(row[1]) for row in rows)))
        (count,) = database.execute("SELECT COUNT(*) FROM vectors").fetchone()
        if count > most:
            # A tenth more than needed, so that not every call does this.
            database.execute(
                "DELETE FROM vectors WHERE mark IN "
                "(SELECT mark FROM vectors ORDER BY used LIMIT ?)",
                (count - most + most // 10,),
            )


def forget(marks: Sequence[bytes]) -> None:
    """Drop what is kept of these marks."""
    with _opened(create=False) as database:
        if database is not None:
            for some in _parts(marks):
                holes = ",".join("?" * len(some))
                database.execute(f"DELETE FROM vectors WHERE mark IN ({holes})", some)


def size() -> tuple[int, int]:
    """Give the number of vectors that are kept, and the bytes of the file."""
    with _opened(create=False) as database:
        if database is not None:
            (count,) = database.execute("SELECT COUNT(*) FROM vectors").fetchone()
            return int(count), place().stat().st_size
    return 0, 0


def _parts(marks: Sequence[bytes]) -> Iterator[list[bytes]]:
    for first in range(0, len(marks), _AT_ONCE):
        yield list(marks[first : first + _AT_ONCE])


@contextlib.contextmanager
def _opened(create: bool) -> Iterator[sqlite3.Connection | None]:
    """Open the database for one transaction; None where that can't be done."""
    path = place()
    if not create and not path.is_file():
        yield None
        return
    database = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=_PATIENCE)
        database.execute(_TABLE)
    except (OSError, sqlite3.Error) as error:
        if database is not None:
            database.close()
        if isinstance(error, sqlite3.DatabaseError) and not _is_busy(error):
            # Made anew the next time.
            with contextlib.suppress(OSError):
                path.unlink()
        yield None
        return
    # Damaged pages and other programs' locks show in the middle of a transaction.
    with contextlib.closing(database), contextlib.suppress(sqlite3.Error), database:
        yield database


def _is_busy(error: sqlite3.Error) -> bool:
    """Say whether another program or the folder is in the way, rather than damage."""
    return isinstance(error, sqlite3.OperationalError)
