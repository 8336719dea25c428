"""Links between pages: each leads to a file and, where it names one, to a heading."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from pathlib import Path

from scripts.docsite.page import DOCS, ROOT, pages

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1[ ]*$", re.M | re.S)
# Written from the code when the site is built.
_MADE = "reference/"


def slug(heading: str) -> str:
    """Give the anchor of a heading, as Python-Markdown's table of contents makes it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    plain = re.sub(r"[`*]", "", plain)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w\s-]", "", plain).strip().lower()
    return re.sub(r"[-\s]+", "-", plain)


def anchors(text: str) -> set[str]:
    """Give the anchors of a page."""
    found = re.findall(r"^#{1,6} (.+?)\s*$", _FENCED.sub("", text), re.M)
    given = re.findall(r"\{ *#([\w-]+) *\}", text)
    return {slug(h) for h in found} | set(given)


def outside(page: Path, link: str) -> bool:
    """Say whether a link of a page leads out of the documentation, but not onto the internet."""
    if re.match(r"[a-z]+:|#", link):
        return False
    target = (DOCS / page.parent / link.partition("#")[0]).resolve()
    return not target.is_relative_to(DOCS)


@functools.cache
def made_names() -> frozenset[str]:
    """Give the names of the pages that are written from the code."""
    from scripts.docsite.reference import module_pages

    return frozenset({*module_pages(), "commands.md"})


def broken() -> list[str]:
    """Give a sentence for each link that leads nowhere, the README's too."""
    found = []
    files = [*(DOCS / p for p in pages()), ROOT / "README.md"]
    for path in files:
        text = _FENCED.sub("", path.read_text(encoding="utf-8"))
        for link in _LINK.findall(text):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            here = path.relative_to(ROOT)
            if target.is_relative_to(DOCS) and str(target.relative_to(DOCS)).startswith(_MADE):
                if target.name not in made_names():
                    found.append(f"{here}: {link} leads to no page of the reference")
                continue
            if not target.exists():
                found.append(f"{here}: {link} leads nowhere")
                continue
            if not anchor or target.suffix != ".md":
                continue
            if anchor not in anchors(target.read_text(encoding="utf-8")):
                found.append(f"{here}: {link} has no such heading")
    return found


def unlisted() -> list[str]:
    """Give the pages that the navigation lacks, and entries without a page."""
    text = (DOCS / "navigation.toml").read_text(encoding="utf-8")
    listed = [p for section in tomllib.loads(text)["section"] for p in section["pages"]]
    there = [str(p) for p in pages() if str(p) != "index.md"]
    twice = {p for p in listed if listed.count(p) > 1}
    return sorted((set(there) ^ set(listed)) | twice)
