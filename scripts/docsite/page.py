"""A page of the documentation: text, and blocks of code that are run."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RECORDED = DOCS / "recorded"
# Pages in these folders are run; the code on other pages is only shown.
RUN = ("learn", "do", "coming_from", "use.md")

_FENCE = re.compile(r"^```(python|console)([^\n]*)\n(.*?)^```[ ]*$", re.M | re.S)


@dataclass
class Block:
    """A piece of code as it stands on the page.

    Arguments:
        language: ``'python'`` or ``'console'``, whose lines that begin with ``$ `` are commands.
        code: without the fences.
        options: words behind the language: ``norun="reason"``, ``fails`` (an error is expected),
            ``cut=20`` (show so many lines of what it prints), ``hide`` (show nothing of it).
    """

    language: str
    code: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> bool:
        """Whether the block is run."""
        return "norun" not in self.options


def blocks(text: str) -> list[Block]:
    """Give the blocks of a page in order.

    Raises:
        ValueError: a block that is not run does not say why.
    """
    found = [Block(m[1], m[3], _options(m[2])) for m in _FENCE.finditer(text)]
    for block in found:
        if block.options.get("norun") == "":
            raise ValueError(f'A block that is not run says why: norun="..."; {block.code[:60]!r}')
    return found


def _options(words: str) -> dict[str, str]:
    found = re.findall(r'(\w+)(?:=(?:"([^"]*)"|(\S+)))?', words)
    return {name: quoted or plain for name, quoted, plain in found}


def fingerprint(text: str) -> str:
    """Give a hash of the code that a page runs."""
    code = [[b.language, b.code, "fails" in b.options] for b in blocks(text) if b.runs]
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()[:16]


def pages() -> list[Path]:
    """Give all pages, with their paths below ``docs/``."""
    found = (p.relative_to(DOCS) for p in sorted(DOCS.rglob("*.md")))
    return [p for p in found if p.parts[0] != "recorded"]


def is_run(page: Path) -> bool:
    """Say whether a page's code is run and what it gives is recorded."""
    return page.parts[0] in RUN


def record_of(page: Path) -> Path:
    """Give the folder in which what a page's code gave is kept."""
    return RECORDED / page.with_suffix("")


def read_record(page: Path) -> dict[str, object] | None:
    """Give what a page's code gave, or None where that is not known or of another code."""
    path = record_of(page) / "record.json"
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    text = (DOCS / page).read_text(encoding="utf-8")
    return record if record["code"] == fingerprint(text) else None


def fill(text: str, outputs: list[dict[str, object]], folder: str) -> str:
    """Put what the blocks gave behind them.

    Arguments:
        outputs: for each block that is run, its text and the names of its pictures.
        folder: where the pictures are, as seen from the page.
    """
    left = iter(outputs)

    def replace(match: re.Match[str]) -> str:
        block = Block(match[1], match[3], _options(match[2]))
        shown = "" if "hide" in block.options else f"```{block.language}\n{block.code}```\n"
        if not block.runs:
            return shown
        output = next(left)
        if block.language == "console":
            # Commands and what each printed stand together, as in a terminal.
            shown = "" if "hide" in block.options else fenced(str(output["text"]), "console")
        elif output["text"]:
            shown += "\n" + fenced(str(output["text"]), " { .text .output }")
        for name in output["pictures"]:  # type: ignore[attr-defined]  # a list in JSON
            shown += f"\n![What this block draws]({folder}/{name}){{ .drawn }}\n"
        return shown

    return _FENCE.sub(replace, text)


def fenced(text: str, head: str) -> str:
    """Give a text as a block that nothing in it can end; ``head`` stands behind the fence."""
    longest = max((len(m) for m in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{head}\n{text.rstrip()}\n{fence}\n"
