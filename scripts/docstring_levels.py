"""Count what public docstrings document: arguments, shapes, types, errors, examples, sources.

``make lint`` fails if a share falls below the level that was reached; ``--write`` saves the
current shares as the new levels, ``--missing ops`` lists what one package lacks.

A question is asked only where it has an answer, see ``has_arrays`` and ``can_refuse``: to ask for
the shape of a callback's ``patience`` would reward docstrings that invent one.
"""

from __future__ import annotations

import argparse
import dataclasses
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

# Words of annotations that no array hides behind.
_PLAIN = {
    *("str", "int", "float", "bool", "bytes", "None", "Path", "os", "PathLike", "Callable"),
    *("tuple", "list", "dict", "Sequence", "Mapping", "Iterable", "TargetVerdict"),
}
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


def is_callback(found: Any) -> bool:
    """Say whether something gets a model and logs of floats, as callbacks and their list do."""
    bases = inspect.getmro(found) if inspect.isclass(found) else ()
    return bool({"Callback", "CallbackList"} & {base.__name__ for base in bases})


def has_arrays(found: Any) -> bool:
    """Say whether arrays or tables may be among arguments and results.

    Callbacks have none. Functions and data classes have none if their annotations name only
    plain values: then a shape means nothing. Layers, losses and others take arrays in ``call``.
    """
    if is_callback(found):
        return False
    if inspect.isclass(found) and not dataclasses.is_dataclass(found):
        return True
    signature = inspect.signature(found)
    annotations = [p.annotation for p in signature.parameters.values()]
    if not inspect.isclass(found):
        annotations.append(signature.return_annotation)
    words = re.findall(r"[A-Za-z_]\w*", " ".join(map(str, annotations)))
    return not set(words) <= _PLAIN


def can_refuse(found: Any) -> bool:
    """Say whether an error can be documented.

    Hooks of a callback without parameters get what the engine made, and a data class without
    ``__post_init__`` takes whatever it is given.
    """
    if dataclasses.is_dataclass(found):
        return hasattr(found, "__post_init__")
    return not (is_callback(found) and not parameters_of(found))


def has_example(found: Any, text: str) -> bool:
    """Say whether there is an example, or a reference to that of another object of its package.

    A result that only one function makes is shown by the example of that function.
    """
    if ">>>" in text:
        return True
    package = importlib.import_module(".".join(found.__module__.split(".")[:2]))
    named = re.findall(r"\bSee ``(\w+)`` for an example", text)
    return any(">>>" in text_of(getattr(package, name, None)) for name in named)


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
    "examples": has_example,
    "sources": lambda found, text: re.search(r"Sources?:|arXiv|et al\.", text) is not None,
}
# Where a question has an answer; everywhere by default.
APPLIES: dict[str, Callable[[Any], bool]] = {"shapes": has_arrays, "errors": can_refuse}


def lacks(found: Any, question: str) -> bool | None:
    """Say whether a docstring leaves a question open; None where the question has no answer."""
    if question in APPLIES and not APPLIES[question](found):
        return None
    return not QUESTIONS[question](found, text_of(found))


def shares_of(package: str) -> dict[str, float | None]:
    """Give the share of a package's objects that answers each question; None if none can."""
    shares: dict[str, float | None] = {}
    for question in QUESTIONS:
        answers = [lacks(found, question) for _, found in public_objects(package)]
        asked = [answer for answer in answers if answer is not None]
        shares[question] = round(1 - sum(asked) / len(asked), 3) if asked else None
    return shares


def main() -> int:
    """Compare shares with the levels reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the present shares as levels")
    parser.add_argument("--missing", metavar="PACKAGE", help="list what a package lacks")
    given = parser.parse_args()
    if given.missing:
        for name, found in public_objects(given.missing):
            missing = [question for question in QUESTIONS if lacks(found, question)]
            if missing:
                print(f"{name}: {', '.join(missing)}")
        return 0
    shares = {package: shares_of(package) for package in PACKAGES}
    if given.write:
        LEVELS.write_text(json.dumps(shares, indent=2) + "\n")
    levels = json.loads(LEVELS.read_text())
    fallen = [
        f"{package}: {question} {share:.0%}, was {levels[package][question]:.0%}"
        for package, found in shares.items()
        for question, share in found.items()
        if share is not None and share < (levels.get(package, {}).get(question) or 0) - SLACK
    ]
    if fallen:
        print("Docstrings document less than before:", *fallen, sep="\n  ")
        return 1
    print("Docstrings of public names, share that documents", ", ".join(QUESTIONS))
    for package, found in shares.items():
        written = ("   -" if share is None else f"{share:4.0%}" for share in found.values())
        print(f"  {package:11}", "  ".join(written))
    return 0


if __name__ == "__main__":
    sys.exit(main())
