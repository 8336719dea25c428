"""What is passed over on purpose has its reason beside it."""

import ast
import re
from pathlib import Path

import kerata

ROOT = Path(kerata.__file__).parent
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))}
# A code, and words behind it.
REASONED = re.compile(r"(noqa: [A-Z]+\d+|type: ignore\[[a-z-]+\])\W+[A-Za-z]")


def places(path, number):
    return f"{path.relative_to(ROOT)}:{number}"


def test_ignored_rules_say_which_and_why():
    bare = []
    for path, text in SOURCES.items():
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(r"#.*(noqa|type: ignore)", line) and not REASONED.search(line):
                bare.append(f"{places(path, number)} {line.strip()}")
    assert not bare


def test_errors_of_all_kinds_are_raised_again_or_it_says_why_not():
    """An ``except Exception`` that does not end with ``raise`` has a comment at its beginning."""
    silent = []
    for path, text in SOURCES.items():
        if not re.search(r"except( \(?(Exception|BaseException)|:)", text):
            continue
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            named = "Exception" if node.type is None else ast.unparse(node.type)
            if not re.search(r"\b(Base)?Exception\b", named) or isinstance(
                node.body[-1], ast.Raise
            ):
                continue
            beginning = lines[node.lineno - 1 : node.body[0].end_lineno]
            if not any("# " in line for line in beginning):
                silent.append(f"{places(path, node.lineno)} {lines[node.lineno - 1].strip()}")
    assert not silent
