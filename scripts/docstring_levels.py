"""Count what public docstrings tell: arguments, shapes, types, errors, examples, sources.

``make lint`` fails if a share falls below the level that was reached; ``--write`` keeps the
present shares as the new levels, ``--missing ops`` lists what one package lacks.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LEVELS = Path(__file__).with_suffix(".json")
PACKAGES = (
    *("layers", "losses", "metrics", "optimizers", "ops", "callbacks"),
    *("wrappers", "search", "workbench"),
)
# Tolerated below a level, so that a new object without an example is no failure yet.
SLACK = 0.01

_SHAPE = re.compile(r"\((?:\.\.\.|(?:batch|rows|n|samples|None|time|height|k)\b)[^)]*\)|\bshape")
_DTYPE = re.compile(r"dtype|float|integer|int32|bool|uint8|string|number|array")


def public_objects(package: str) -> Iterator[tuple[str, Any]]:
    """Yield classes and functions of a package, each once, with their names."""
    module = importlib.import_module(f"kerata.{package}")
    seen: set[int] = set()
    for name in sorted(module.__all__):
        found = getattr(module, name)
        own = str(getattr(found, "__module__", "")).startswith("kerata")
        if (inspect.isclass(found) or inspect.isfunction(found)) and own and id(found) not in seen:
            seen.add(id(found))
            yield name, found


def text_of(found: Any) -> str:
    """Give an object's docstring; of a class that of its constructor too."""
    text = inspect.getdoc(found) or ""
    if inspect.isclass(found):
        text += "\n" + (found.__init__.__doc__ or "")
    return text


def parameters_of(found: Any) -> list[str]:
    """Give the parameters that a user may pass."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return []
    plain = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [p.name for p in plain if p.name not in ("self", "name", "dtype") and p.name[0] != "_"]


def referred_texts(found: Any, text: str) -> str:
    """Give the docstrings of the base classes that a text refers to: "see ``Optimizer``"."""
    named = re.findall(r"\b[Ss]ee ``(\w+)``", text)
    bases = inspect.getmro(found)[1:] if inspect.isclass(found) else ()
    return "\n".join(text_of(base) for base in bases if base.__name__ in named)


def tells_arguments(found: Any, text: str) -> bool:
    """Say whether each parameter is named in the text, or in a base's that it refers to."""
    whole = f"{text}\n{referred_texts(found, text)}"
    return all(re.search(rf"\b{re.escape(name)}\b", whole) for name in parameters_of(found))


def tells_errors(found: Any, text: str) -> bool:
    """Say whether the text names what is raised."""
    return "Raises:" in text or re.search(r"Error\b", text) is not None


QUESTIONS: dict[str, Callable[[Any, str], bool]] = {
    "arguments": tells_arguments,
    "shapes": lambda found, text: _SHAPE.search(text) is not None,
    "types": lambda found, text: _DTYPE.search(text) is not None,
    "errors": tells_errors,
    "examples": lambda found, text: ">>>" in text,
    "sources": lambda found, text: re.search(r"Sources?:|arXiv|et al\.", text) is not None,
}


def shares_of(package: str) -> dict[str, float]:
    """Give the share of a package's objects that tells each thing."""
    objects = [(found, text_of(found)) for _, found in public_objects(package)]
    return {
        question: round(sum(tells(f, t) for f, t in objects) / len(objects), 3)
        for question, tells in QUESTIONS.items()
    }


def main() -> int:
    """Compare shares with the levels reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the present shares as levels")
    parser.add_argument("--missing", metavar="PACKAGE", help="list what a package lacks")
    given = parser.parse_args()
    if given.missing:
        for name, found in public_objects(given.missing):
            lacks = [q for q, tells in QUESTIONS.items() if not tells(found, text_of(found))]
            if lacks:
                print(f"{name}: {', '.join(lacks)}")
        return 0
    shares = {package: shares_of(package) for package in PACKAGES}
    if given.write:
        LEVELS.write_text(json.dumps(shares, indent=2) + "\n")
    levels = json.loads(LEVELS.read_text())
    fallen = [
        f"{package}: {question} {share:.0%}, was {levels[package][question]:.0%}"
        for package, found in shares.items()
        for question, share in found.items()
        if share < levels.get(package, {}).get(question, 0) - SLACK
    ]
    if fallen:
        print("Docstrings tell less than before:", *fallen, sep="\n  ")
        return 1
    print("Docstrings of public names, share that tells", ", ".join(QUESTIONS))
    for package, found in shares.items():
        print(f"  {package:11}", "  ".join(f"{share:4.0%}" for share in found.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
