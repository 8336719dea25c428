"""The page's own JavaScript, each module after those that it imports from."""

from __future__ import annotations

from importlib import resources

# What runs a graph, in a browser or in Node.
EVALUATOR = (
    *("tensors.js", "arithmetic.js", "windows.js", "shapes.js", "texts.js"),
    "evaluate.js",
)
# What reads cells and pictures, and the page itself.
PAGE = ("cells.js", *EVALUATOR, "pixels.js", "local.js")


def source(name: str) -> str:
    """Give a module's text.

    >>> "export function loaded" in source("evaluate.js")
    True
    """
    return (resources.files(__package__ or "") / "static" / name).read_text(encoding="utf-8")
