"""A page as a Jupyter notebook, with what its code gave."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from scripts.docsite.page import _FENCE, DOCS, Block, _options, record_of


def notebook(page: Path, outputs: list[dict[str, Any]]) -> str:
    """Write a page as a notebook: text as Markdown cells, blocks as code cells.

    Commands of a terminal get an exclamation mark, as notebooks have it.
    """
    text = (DOCS / page).read_text(encoding="utf-8")
    cells: list[dict[str, Any]] = []
    left, start = iter(outputs), 0

    def words(part: str) -> None:
        part = re.sub(r"\\]\\((?!https?:)[^)#]*\\.md[^)]*\\)", "]", part).strip()
        if part:
            cells.append({"cell_type": "markdown", "metadata": {}, "source": part})

    for match in _FENCE.finditer(text):
        words(text[start : match.start()])
        start = match.end()
        block = Block(match[1], match[3], _options(match[2]))
        if not block.runs:
            words(match[0])
            continue
        cells.append(_cell(block, next(left), record_of(page)))
    words(text[start:])
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        **{"nbformat": 4, "nbformat_minor": 5},
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(block: Block, output: dict[str, Any], pictures: Path) -> dict[str, Any]:
    code = block.code
    if block.language == "console":
        lines = [line for line in code.splitlines() if line.startswith("$ ")]
        code = "\n".join(f"!{line[2:]}" for line in lines)
    found: list[dict[str, Any]] = []
    if output["text"]:
        found.append({"output_type": "stream", "name": "stdout", "text": output["text"] + "\n"})
    for name in output["pictures"]:
        data = base64.b64encode((pictures / name).read_bytes()).decode()
        shown = {"output_type": "display_data", "data": {"image/png": data}, "metadata": {}}
        found.append(shown)
    return {
        **{"cell_type": "code", "execution_count": None, "metadata": {}},
        **{"source": code.rstrip(), "outputs": found},
    }
