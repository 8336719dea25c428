"""The picture of the floors, `docs/pictures/house.svg`, drawn from what the tests hold."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

from scripts.docsite.page import DOCS

PICTURE = DOCS / "pictures" / "house.svg"
# What a floor's height says to somebody who has never seen the code.
GROUPS = (
    ("commands and pages", ("cli", "board", "playground", "serving", "web")),
    ("from raw files to networks", ("workbench",)),
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
WIDTH, LEFT, ROW, GAP, MARGIN = 960, 250, 34, 8, 16
_LETTER = 7.4


def draw(stages: tuple[str, ...]) -> str:
    """Draw the floors, the highest first, the workbench with its stages inside.

    Arguments:
        stages: of the workbench, in the order in which a row goes through them.
    """
    parts, y = [], MARGIN
    for words, names in GROUPS:
        inside = _rows(stages if names == ("workbench",) else names)
        height = len(inside) * (ROW + GAP) + GAP
        if names == ("workbench",):
            height += 22
        parts.append(
            f'<rect class="floor" x="{MARGIN}" y="{y}" width="{WIDTH - 2 * MARGIN}" '
            f'height="{height}" rx="8"/>'
        )
        parts.append(_text(MARGIN + 12, y + height / 2 + 5, words, "words"))
        top = y + GAP
        if names == ("workbench",):
            parts.append(_text(LEFT, top + 14, "workbench/", "name"))
            top += 22
        for row in inside:
            x = float(LEFT)
            for name in row:
                wide = _wide(name)
                arrow = names == ("workbench",) and name != stages[-1]
                parts.append(
                    f'<rect class="room" x="{x:.0f}" y="{top}" width="{wide:.0f}" '
                    f'height="{ROW}" rx="5"/>'
                )
                parts.append(_text(x + wide / 2, top + 22, name, "name middle"))
                x += wide + (20 if names == ("workbench",) else GAP)
                if arrow:
                    parts.append(_text(x - 10, top + 22, "→", "name middle"))
            top += ROW + GAP
        y += height + GAP
    y += MARGIN - GAP
    said = "Floors of the code, the highest first; each imports only what stands below it"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" '
        f'aria-label="{said}" font-family="system-ui, sans-serif" font-size="14">\n'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


_STYLE = (
    ".floor{fill:#f1efe9}.room{fill:#fff;stroke:#b9b2a3}"
    ".words{fill:#55503f;font-size:13px}.name{fill:#1f1d18;font-family:ui-monospace,monospace;"
    "font-size:12.5px}.middle{text-anchor:middle}"
)


def _wide(name: str) -> float:
    return len(name) * _LETTER + 22


def _rows(names: tuple[str, ...]) -> list[list[str]]:
    """Break names into rows that fit."""
    rows: list[list[str]] = [[]]
    used = 0.0
    for name in names:
        wide = _wide(name) + 20
        if rows[-1] and used + wide > WIDTH - LEFT - MARGIN:
            rows.append([])
            used = 0.0
        rows[-1].append(name)
        used += wide
    return rows


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
