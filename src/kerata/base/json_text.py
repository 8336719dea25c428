"""JSON of unknown origin: bounded before it is read, one kind of error after."""

from __future__ import annotations

import json
from typing import Any

# Each value costs up to some 100 bytes of memory, whatever it takes in the text.
MOST_VALUES = 4_000_000
MOST_BYTES = 1 << 28


def read_json_text(content: str | bytes, what: str, most: int = MOST_VALUES) -> Any:
    """Read JSON text that may come from anywhere.

    Arguments:
        content: the text.
        what: what it is called in errors.
        most: values, inner ones included, that it may hold.

    Raises:
        ValueError: no JSON, nested too deeply, or more values than allowed.

    >>> read_json_text("[1, 2]", "the list")
    [1, 2]
    """
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    values = sum(raw.count(mark) for mark in (b",", b"[", b"{"))
    if values > most or len(raw) > MOST_BYTES:
        raise ValueError(f"{what} holds more than {most:,} values or {MOST_BYTES:,} characters")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{what} is no JSON ({error})") from None
