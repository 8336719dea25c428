"""The process in which a page's blocks run: reads them as JSON, writes what they gave as JSON."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    """Run all blocks in turn."""
    given = json.loads(sys.stdin.read())
    names: dict[str, Any] = {"__name__": "__main__"}
    outputs = []
    for number, (language, code, fails) in enumerate(given["blocks"], 1):
        if language == "console":
            outputs.append({"text": commands(code, fails), "pictures": []})
            continue
        text, figures = python(code, names, f"block {number}", fails)
        pictures = drawn(figures, Path(given["pictures"]), number)
        outputs.append({"text": text, "pictures": pictures})
    print(json.dumps(outputs))


def python(code: str, names: dict[str, Any], where: str, fails: bool) -> tuple[str, list[Any]]:
    """Run a block; give what it prints and draws and, as notebooks do, its last line's value."""
    tree = ast.parse(code, where)
    end = tree.body[-1] if tree.body else None
    last = end if isinstance(end, ast.Expr) else None
    if last is not None:
        tree.body.pop()
    printed, figures = io.StringIO(), []
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            exec(compile(tree, where, "exec"), names)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), where, "eval"), names)
                if hasattr(value, "savefig"):
                    figures.append(value)
                elif value is not None:
                    print(repr(value))
        except Exception as problem:
            if not fails:
                raise
            printed.write("".join(traceback.format_exception_only(problem)))
        else:
            if fails:
                raise AssertionError(f"{where} should fail and does not")
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        numbered = [pyplot.figure(number) for number in pyplot.get_fignums()]
        figures = [*(f for f in numbered if f not in figures), *figures]
        pyplot.close("all")
    return rewritten(printed.getvalue()), figures


def commands(code: str, fails: bool) -> str:
    """Run the lines that begin with ``$ ``; give them with what each printed."""
    shown = []
    for line in code.splitlines():
        if not line.startswith("$ "):
            continue
        done = subprocess.run(
            ["bash", "-c", line[2:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        shown += [line, rewritten(done.stdout)]
        if bool(done.returncode) != fails:
            raise AssertionError(f"{line} ended with code {done.returncode}:\n{done.stdout}")
    return "\n".join(part.rstrip() for part in shown if part.strip())


def rewritten(text: str) -> str:
    """Give the lines as a terminal leaves them, where some are written over."""
    lines = (line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(line.rstrip() for line in lines)


def drawn(figures: list[Any], folder: Path, number: int) -> list[str]:
    """Save figures, small."""
    names = []
    for count, figure in enumerate(figures, 1):
        from PIL import Image

        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=110, bbox_inches="tight", facecolor="white")
        name = f"{number}-{count}.png"
        image = Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE)
        image.save(folder / name, optimize=True)
        names.append(name)
    return names


if __name__ == "__main__":
    main()
