"""Sections on why: the worst mistakes, and what columns, words and pixels do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from kerata.workbench.data.containers import Table
from kerata.workbench.explain import covering_map, term_weights, word_pulls, worst_rows
from kerata.workbench.features.rows import kind_of, take
from kerata.workbench.report.context import Facts, spread
from kerata.workbench.report.markup import bar, esc, image, paragraph, table

# How many are shown.
TEXTS, IMAGES, ROWS, CELLS, TERMS, MOST_CLASSES = 5, 10, 10, 6, 12, 12
# Characters of a text.
LONGEST = 900


def mistakes(facts: Facts) -> str:
    """Show the rows that are most wrong."""
    most = {"table": ROWS, "texts": TEXTS, "images": IMAGES}[facts.kind]
    worst = worst_rows(facts.task, facts.trained.truth, facts.trained.outputs, most)
    if not worst:
        return paragraph("There are none: all test rows are right.")
    show = {"table": _rows, "texts": _texts, "images": _images}[facts.kind]
    told = {
        "binary": "Wrong answers of which the network was surest.",
        "classes": "Wrong answers of which the network was surest.",
        "labels": "Test rows whose labels were missed most.",
        "regression": "Test rows with the largest errors.",
    }
    return paragraph(told[facts.task.kind], "muted") + show(facts, worst)


def _said(facts: Facts, row: int) -> tuple[str, str]:
    """Say what is true and what the network said."""
    task, truth = facts.task, facts.trained.truth[row]
    if task.kind == "regression":
        return f"{truth:.6g}", f"{facts.trained.outputs[row]:.6g}"
    if task.kind == "labels":
        names = np.array(task.classes, dtype=object)
        both = (names[truth > 0], names[facts.said[row] > 0])
        return tuple(", ".join(found) or "none" for found in both)  # type: ignore[return-value]  # two of them
    answer = int(facts.said[row])
    sure = f" ({100 * facts.shares[row, answer]:.0f}%)"
    return task.classes[int(truth)], task.classes[answer] + sure


def _where(facts: Facts, row: int) -> str:
    origins = facts.trained.test.origins
    if origins is not None:
        return str(origins[row])
    return f"row {facts.trained.rows['test'][row] + 1}"


def _rows(facts: Facts, worst: list[int]) -> str:
    frame = facts.trained.test.frame
    ranked = [one.name for one in facts.importance] or facts.trained.preparation.columns
    names = ranked[:CELLS]
    cells = [
        [
            esc(_where(facts, row)),
            *map(esc, _said(facts, row)),
            *(esc(_cell(frame[name].iloc[row])) for name in names),
        ]
        for row in worst
    ]
    return table(["", "true", "said", *names], cells)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "missing"
    text = f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _texts(facts: Facts, worst: list[int]) -> str:
    parts = [
        paragraph(
            "Words in red pulled towards the answer, words in green away from it: each was taken "
            "out, and the stronger the colour, the more the probability changed.",
            "muted",
        )
    ]
    for row in worst:
        text = _text(facts, row)
        pulls = word_pulls(lambda texts, row=row: _answer(facts, texts, row), text)  # type: ignore[misc]  # default
        true, said = _said(facts, row)
        head = f"<b>{esc(true)}</b>, taken for <b>{esc(said)}</b>"
        if facts.task.kind == "regression":
            head = f"<b>{esc(true)}</b>, predicted <b>{esc(said)}</b>"
        where = f'<span class="muted">{esc(_where(facts, row))}</span>'
        parts.append(f"<blockquote><p>{head} {where}</p><p>{_marked(text, pulls)}</p></blockquote>")
    return "".join(parts)


def _text(facts: Facts, row: int) -> str:
    data = facts.trained.test
    if kind_of(data) == "texts":
        return str(data.texts[row])
    value = data.frame[facts.trained.preparation.column.name].iloc[row]
    return value if isinstance(value, str) else ""


def _answer(facts: Facts, texts: list[str], row: int) -> np.ndarray:
    """Give for texts the probability of what was said about a row; for regression the value."""
    data = take(facts.trained.test, np.full(len(texts), row))
    if isinstance(data, Table):
        name = facts.trained.preparation.column.name
        data = replace(data, frame=data.frame.assign(**{name: texts}))
    else:
        data = replace(data, texts=texts)
    outputs = facts.trained.predict(data)
    if facts.task.kind == "regression":
        return outputs
    if facts.task.kind == "labels":
        # What is furthest from the truth.
        return outputs[:, int(np.abs(facts.trained.truth[row] - outputs[0]).argmax())]
    return spread(facts.task, outputs)[:, int(facts.said[row])]


def _marked(text: str, pulls: dict[str, float]) -> str:
    """Give a text with its words coloured by their pull."""
    most = max((abs(pull) for pull in pulls.values()), default=0.0)
    shown = text[:LONGEST]
    parts = []
    for piece in re.split(r"(\w+(?:['’]\w+)*|[!?])", shown):
        pull = pulls.get(piece.lower(), 0.0)
        if most and abs(pull) > 0.08 * most:
            colour = "--bad" if pull > 0 else "--good"
            depth = 0.12 + 0.55 * abs(pull) / most
            words = f"{100 * pull:+.1f} points"
            parts.append(
                f'<mark style="background:rgba(var({colour}),{depth:.2f})" title="{words}">'
                f"{esc(piece)}</mark>"
            )
        else:
            parts.append(esc(piece))
    return "".join(parts) + (" …" if len(text) > LONGEST else "")


def _images(facts: Facts, worst: list[int]) -> str:
    data = facts.trained.test
    parts = []
    for row in worst:
        pixels = data.images[row]
        true, said = _said(facts, row)
        heat = covering_map(lambda images, row=row: _seen(facts, images, row), pixels)  # type: ignore[misc]  # default
        parts.append(
            f"<figure><div>{image(pixels, f'a {true}, taken for {said}')}"
            f"{image(_heated(pixels, heat), 'where it looked')}</div>"
            f"<figcaption><b>{esc(true)}</b>, said {esc(said)}<br>{esc(_where(facts, row))}"
            "</figcaption></figure>"
        )
    return (
        paragraph(
            "Beside each image, what the answer hangs on: pieces were covered, and the redder "
            "one is, the less sure the network was without it; blue pieces spoke against it.",
            "muted",
        )
        + f'<div class="gallery">{"".join(parts)}</div>'
    )


def _seen(facts: Facts, images: np.ndarray, row: int) -> np.ndarray:
    data = replace(facts.trained.test, images=images, labels=None, origins=[""] * len(images))
    outputs = facts.trained.predict(data)
    if facts.task.kind == "regression":
        return outputs
    answer = facts.said[row]
    place = int(np.argmax(answer)) if facts.task.kind == "labels" else int(answer)
    return spread(facts.task, outputs)[:, place]


def _heated(pixels: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Colour a pale grey image: red where heat is positive, blue where it is negative."""
    grey = pixels.mean(axis=2, keepdims=True) / 255
    strength = np.clip(np.abs(heat) / max(float(np.abs(heat).max()), 1e-9), 0, 1)[..., None]
    red, blue = np.array([0.79, 0.16, 0.16]), np.array([0.15, 0.39, 0.92])
    colour = np.where(heat[..., None] > 0, red, blue)
    mixed = (0.35 + 0.65 * grey) * (1 - 0.75 * strength) + colour * 0.75 * strength
    return (255 * np.clip(mixed, 0, 1)).astype(np.uint8)


def columns(facts: Facts) -> str:
    """List what each column is worth."""
    found = facts.importance
    if not found:
        return ""
    most = max(max(one.loss for one in found), 1e-12)
    regression = facts.task.kind == "regression"
    cells = [
        [
            esc(one.name),
            f"{one.loss:.4g}" if regression else f"{100 * one.loss:.1f}",
            f"± {one.spread:.2g}" if regression else f"± {100 * one.spread:.1f}",
            bar(one.loss / most),
        ]
        for one in found
    ]
    unit = f"mean error of {facts.task.target!r}" if regression else "points of the main figure"
    told = (
        f"By how much the answers get worse ({unit}) if a column is shuffled among the test "
        "rows. Columns that say the same stand in for each other, so that none looks important."
    )
    return paragraph(told, "muted") + table(["column", "worse by", "", ""], cells, right=(1, 2))


def words(facts: Facts) -> str:
    """List the words of a bag that speak most for and against each class."""
    preparation = facts.trained.preparation
    if facts.kind != "texts" or preparation.bag is None:
        return ""
    bags = preparation.transform(facts.trained.test)
    terms, weights = term_weights(facts.outputs_of, bags)
    if facts.task.kind == "regression" or not len(terms):
        return ""
    names = preparation.bag.names(terms)
    task = facts.task
    if task.kind == "binary":
        sides = [(task.classes[1], weights[:, 0], ""), (task.classes[0], -weights[:, 0], "against")]
    else:
        often = np.argsort(-facts.shares.mean(axis=0), kind="stable")[:MOST_CLASSES]
        sides = [(task.classes[c], weights[:, c], "") for c in often]
    blocks = []
    for name, side, kind in sides:
        order = np.argsort(-side, kind="stable")[:TERMS]
        top = max(float(side[order[0]]), 1e-12)
        cells = [[esc(names[i]), f"{side[i]:+.2f}", bar(float(side[i]) / top, kind)] for i in order]
        blocks.append(
            f"<div><h3>{esc(name)}</h3>{table(['word', 'log-odds', ''], cells, right=(1,))}</div>"
        )
    told = (
        f"Of the {len(terms):,} most frequent terms in the test texts, those that speak most for a "
        "class: by how much the log-odds change if one stands alone in a text."
    )
    return paragraph(told, "muted") + f'<div class="columns">{"".join(blocks)}</div>'


def filters(facts: Facts) -> str:
    """Draw the first filters of a network for images."""
    from kerata import plots

    if facts.kind != "images":
        return ""
    try:
        figure = plots.filters(facts.trained.model)
    except ValueError:
        # No convolution to draw.
        return ""
    return facts.album.add(figure, "filters", "The filters of the first convolution", paper=True)
