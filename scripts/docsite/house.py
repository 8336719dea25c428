"""The picture of the floors, `docs/pictures/house.svg`, drawn from what the tests hold."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

from scripts.docsite.page import DOCS

PICTURE = DOCS / "pictures" / "house.svg"
WORKBENCH = "workbench"
# What a floor's height says to somebody who has never seen the code.
GROUPS = (
    ("commands and pages", ("cli", "board", "playground", "serving", "web")),
    ("from raw files to networks", (WORKBENCH,)),
    (
        "many networks, other ways in",
        ("wrappers", "search", "uncertainty", "compat", "distillation", "running"),
    ),
    ("with data and weights", ("applications", "datasets", "plots", "visualization")),
    ("models and their files", ("models", "saving", "export")),
    ("the engine, whole epochs", ("training",)),
    ("parts of networks", ("layers", "metrics", "callbacks", "losses", "optimizers")),
    ("smaller parts", ("activations", "initializers", "regularizers", "constraints", "quantizers")),
    ("numbers, rows, devices", ("ops", "random", "data", "distribution", "utils", "config")),
    ("the ground", ("kernels", "dtype_policies", "base")),
)
WIDTH, LEFT, ROW, GAP, MARGIN, TITLE = 960, 250, 34, 8, 16, 22
_LETTER = 7.4


def draw(stages: tuple[str, ...]) -> str:
    """Draw the floors, the highest first, the workbench with its stages inside.

    Arguments:
        stages: of the workbench, in the order in which a row goes through them.
    """
    parts: list[str] = []
    y = MARGIN
    for words, names in GROUPS:
        if names == (WORKBENCH,):
            inside, bottom = _rooms(stages, y + GAP + TITLE, way=True)
            inside.append(_text(LEFT, y + GAP + 14, f"{WORKBENCH}/", "name"))
        else:
            inside, bottom = _rooms(names, y + GAP)
        parts.append(
            f'<rect class="floor" x="{MARGIN}" y="{y}" width="{WIDTH - 2 * MARGIN}" '
            f'height="{bottom - y}" rx="8"/>'
        )
        parts.append(_text(MARGIN + 12, (y + bottom) / 2 + 5, words, "words"))
        parts += inside
        y = bottom + GAP
    y += MARGIN - GAP
    said = "Floors of the code, the highest first; each imports only what stands beside or below it"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" '
        f'aria-label="{said}" font-family="system-ui, sans-serif" font-size="14">\n'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _rooms(names: tuple[str, ...], top: int, way: bool = False) -> tuple[list[str], int]:
    """Draw names in rows, with arrows between them where they are a way; gives the lower edge."""
    parts = []
    gap = 20 if way else GAP
    x = float(LEFT)
    for place, name in enumerate(names):
        wide = _wide(name)
        if x > LEFT and x + wide > WIDTH - MARGIN - gap:
            x, top = float(LEFT), top + ROW + GAP
        parts.append(
            f'<rect class="room" x="{x:.0f}" y="{top}" width="{wide:.0f}" height="{ROW}" rx="5"/>'
        )
        parts.append(_text(x + wide / 2, top + 22, name, "name middle"))
        x += wide + gap
        if way and place < len(names) - 1:
            parts.append(_text(x - 10, top + 22, "→", "name middle"))
    return parts, top + ROW + GAP


_STYLE = (
    ".floor{fill:#f1efe9}.room{fill:#fff;stroke:#b9b2a3}"
    ".words{fill:#55503f;font-size:13px}.name{fill:#1f1d18;font-family:ui-monospace,monospace;"
    "font-size:12.5px}.middle{text-anchor:middle}"
)


def _wide(name: str) -> float:
    return len(name) * _LETTER + 22


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def stages() -> tuple[str, ...]:
    """Read the workbench's stages from the map in ``design.md``."""
    text = (DOCS / "design.md").read_text(encoding="utf-8")
    inside = re.search(r"^  workbench/.*\n((?:    \S.*\n)+)", text, re.M)
    assert inside is not None
    return tuple(re.findall(r"^    ([a-z]+)(?:/|\.py)", inside[1], re.M))


def write(path: Path = PICTURE) -> None:
    """Write the picture."""
    path.write_text(draw(stages()), encoding="utf-8")


if __name__ == "__main__":
    write()
