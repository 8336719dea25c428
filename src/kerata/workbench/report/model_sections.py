"""Sections on why: the worst mistakes, and what columns, words and pixels do."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from kerata.workbench.core.wording import number
from kerata.workbench.data.containers import Table
from kerata.workbench.explain import (
    Explainer,
    occlusion_map,
    term_weights,
    word_attributions,
    worst_rows,
)
from kerata.workbench.features.rows import kind_of, take
from kerata.workbench.report.context import ReportContext, spread
from kerata.workbench.report.markup import bar, esc, image, paragraph, table

# How many are shown.
TEXTS, IMAGES, ROWS, CELLS, TERMS, MOST_CLASSES, WHY = 5, 10, 10, 6, 12, 12, 4
# Characters of a text.
LONGEST = 900


def mistakes(context: ReportContext) -> str:
    """Show the rows that are most wrong."""
    most = {"table": ROWS, "texts": TEXTS, "images": IMAGES}[context.kind]
    worst = worst_rows(context.task, context.trained.truth, context.trained.outputs, most)
    if not worst:
        return paragraph(f"There are none: all {context.rows_named} are right.")
    show = {"table": _rows, "texts": _texts, "images": _images}[context.kind]
    message = {
        "binary": "Wrong answers of which the network was surest.",
        "classes": "Wrong answers of which the network was surest.",
        "labels": f"{context.rows_named.capitalize()} whose labels were missed most.",
        "regression": f"{context.rows_named.capitalize()} with the largest errors.",
    }
    return paragraph(message[context.task.kind], "muted") + show(context, worst)


def _said(context: ReportContext, row: int) -> tuple[str, str]:
    """Say what is true and what the network said."""
    task, truth = context.task, context.trained.truth[row]
    if task.kind == "regression":
        pair = (truth, context.trained.outputs[row])
        if not task.parts:
            true, said = (number(float(value), 6) for value in pair)
            return true, said
        names = [part.target for part in task.parts]
        true, said = (
            ", ".join(f"{name} {number(float(v))}" for name, v in zip(names, values, strict=True))
            for values in pair
        )
        return true, said
    if task.kind == "labels":
        labels = np.array(task.classes, dtype=object)
        both = (labels[truth > 0], labels[context.said[row] > 0])
        return tuple(", ".join(found) or "none" for found in both)  # type: ignore[return-value]  # two of them
    answer = int(context.said[row])
    sure = f" ({100 * context.shares[row, answer]:.0f}%)"
    return task.classes[int(truth)], task.classes[answer] + sure


def _where(context: ReportContext, row: int) -> str:
    origins = context.trained.test.origins
    if origins is not None:
        return str(origins[row])
    return f"row {context.trained.rows['test'][row] + 1}"


def _rows(context: ReportContext, worst: list[int]) -> str:
    frame = context.trained.test.frame
    ranked = [one.name for one in context.importance] or context.trained.preparation.columns
    names = ranked[:CELLS]
    cells = [
        [
            esc(_where(context, row)),
            *map(esc, _said(context, row)),
            *(esc(_cell(frame[name].iloc[row])) for name in names),
        ]
        for row in worst
    ]
    return table(["", "true", "said", *names], cells) + _why(context, worst[:WHY])


def _why(context: ReportContext, worst: list[int]) -> str:
    """Draw what columns add to the answers to the worst rows."""
    trained = context.trained
    explainer = Explainer(trained.model, trained.preparation, context.task, trained.train)
    found = explainer(take(trained.test, np.asarray(worst)))
    if len(found[0].names) < 2:
        return ""
    figures: list[str] = []
    for place, row in zip(worst, found, strict=True):
        where, (true, _) = _where(context, place), _said(context, place)
        figure = row.plot(title_text=f"{where}, true {true}".replace("$", r"\$"))
        words = f"{where}: what columns add to the answer. " + "; ".join(
            f"{name} {value}" for name, value in row.lines()
        )
        figures.append(context.album.add(figure, f"why_{len(figures) + 1}", words))
    message = f"Why the network says so. {found.about}"
    if trained.split.folds:
        message += (
            " This is the saved network, which learned from these rows; the answers above are "
            "those of the networks of the folds."
        )
    return (
        "<h3>Why</h3>" + paragraph(message, "muted") + f'<div class="grid">{"".join(figures)}</div>'
    )


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "missing"
    text = f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _texts(context: ReportContext, worst: list[int]) -> str:
    parts = [
        paragraph(
            "Words in red with a line below raised the probability of the answer, words in green "
            "with a dotted line lowered it: each was removed, and the stronger the colour, the "
            "more the probability changed.",
            "muted",
        )
    ]
    for row in worst:
        text = _text(context, row)
        attributions = word_attributions(lambda texts, row=row: _answer(context, texts, row), text)  # type: ignore[misc]  # default
        true, said = _said(context, row)
        head = f"<b>{esc(true)}</b>, taken for <b>{esc(said)}</b>"
        if context.task.kind == "regression":
            head = f"<b>{esc(true)}</b>, predicted <b>{esc(said)}</b>"
        where = f'<span class="muted">{esc(_where(context, row))}</span>'
        parts.append(
            f"<blockquote><p>{head} {where}</p><p>{_marked(text, attributions)}</p></blockquote>"
        )
    return "".join(parts)


def _text(context: ReportContext, row: int) -> str:
    data = context.trained.test
    if kind_of(data) == "texts":
        return str(data.texts[row])
    value = data.frame[context.trained.preparation.column.name].iloc[row]
    return value if isinstance(value, str) else ""


def _answer(context: ReportContext, texts: list[str], row: int) -> np.ndarray:
    """Give for texts the probability of what was said about a row; for regression the value."""
    data = take(context.trained.test, np.full(len(texts), row))
    if isinstance(data, Table):
        name = context.trained.preparation.column.name
        data = replace(data, frame=data.frame.assign(**{name: texts}))
    else:
        data = replace(data, texts=texts)
    outputs = context.trained.predict(data)
    if context.task.parts:
        return np.mean(outputs / np.asarray(context.task.scales), axis=1)
    if context.task.kind == "regression":
        return outputs
    if context.task.kind == "labels":
        # What is furthest from the truth.
        return outputs[:, int(np.abs(context.trained.truth[row] - outputs[0]).argmax())]
    return spread(context.task, outputs)[:, int(context.said[row])]


def _marked(text: str, attributions: dict[str, float]) -> str:
    """Give a text with its words coloured by their attribution."""
    most = max((abs(share) for share in attributions.values()), default=0.0)
    shown = text[:LONGEST]
    parts = []
    for piece in re.split(r"(\w+(?:['’]\w+)*|[!?])", shown):
        share = attributions.get(piece.lower(), 0.0)
        if most and abs(share) > 0.08 * most:
            colour, kind = ("--bad", "up") if share > 0 else ("--good", "down")
            depth = 0.12 + 0.55 * abs(share) / most
            words = f"{100 * share:+.1f} points"
            parts.append(
                f'<mark class="{kind}" title="{words}" '
                f'style="background:rgba(var({colour}),{depth:.2f})">{esc(piece)}</mark>'
            )
        else:
            parts.append(esc(piece))
    return "".join(parts) + (" …" if len(text) > LONGEST else "")


def _images(context: ReportContext, worst: list[int]) -> str:
    data = context.trained.test
    parts = []
    # A pretrained network takes a fortieth of a second for each covered picture.
    patches = 6 if context.trained.network == "pretrained" else 12
    for row in worst:
        pixels = data.images[row]
        true, said = _said(context, row)
        seen = partial(_seen, context, row=row)
        heat = occlusion_map(seen, pixels, patches)
        parts.append(
            f"<figure><div>{image(pixels, f'a {true}, taken for {said}')}"
            f"{image(_heated(pixels, heat), 'where it looked')}</div>"
            f"<figcaption><b>{esc(true)}</b>, said {esc(said)}<br>{esc(_where(context, row))}"
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


def _seen(context: ReportContext, images: np.ndarray, row: int) -> np.ndarray:
    data = replace(context.trained.test, images=images, labels=None, origins=[""] * len(images))
    outputs = context.trained.predict(data)
    if context.task.kind == "regression":
        return outputs
    answer = context.said[row]
    place = int(np.argmax(answer)) if context.task.kind == "labels" else int(answer)
    return spread(context.task, outputs)[:, place]


def _heated(pixels: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Colour a pale grey image: red where heat is positive, blue where it is negative."""
    grey = pixels.mean(axis=2, keepdims=True) / 255
    strength = np.clip(np.abs(heat) / max(float(np.abs(heat).max()), 1e-9), 0, 1)[..., None]
    red, blue = np.array([0.79, 0.16, 0.16]), np.array([0.15, 0.39, 0.92])
    colour = np.where(heat[..., None] > 0, red, blue)
    mixed = (0.35 + 0.65 * grey) * (1 - 0.75 * strength) + colour * 0.75 * strength
    return (255 * np.clip(mixed, 0, 1)).astype(np.uint8)


def columns(context: ReportContext) -> str:
    """List what each column is worth."""
    found = context.importance
    if not found:
        return ""
    most = max(max(one.loss for one in found), 1e-12)
    regression = context.task.kind == "regression"
    cells = [
        [
            esc(one.name),
            number(one.loss, 3) if regression else f"{100 * one.loss:.1f}",
            f"± {number(one.spread, 2)}" if regression else f"± {100 * one.spread:.1f}",
            bar(one.loss / most),
        ]
        for one in found
    ]
    unit = f"mean error of {context.task.target!r}" if regression else "percentage points"
    if context.task.parts:
        unit = "mean error of the targets in their standard deviations"
    among = "test rows"
    if context.trained.split.folds:
        among = "rows of a fold, answered by the network that did not learn from them"
    message = (
        f"By how much the answers get worse ({unit}) if a column is shuffled among the {among}. "
        "Columns that say nearly the same (correlated columns) replace each other, so that none of "
        "them looks important."
    )
    return paragraph(message, "muted") + table(["column", "worse by", "", ""], cells, right=(1, 2))


def words(context: ReportContext) -> str:
    """List the words of a bag that speak most for and against each class."""
    preparation = context.trained.preparation
    if context.kind != "texts" or preparation.bag is None:
        return ""
    bags = preparation.transform(context.trained.test)
    terms, weights = term_weights(context.outputs_of, bags)
    if context.task.kind == "regression" or not len(terms):
        return ""
    names = preparation.bag.names(terms)
    task = context.task
    if task.kind == "binary":
        sides = [(task.classes[1], weights[:, 0], ""), (task.classes[0], -weights[:, 0], "against")]
    else:
        often = np.argsort(-context.shares.mean(axis=0), kind="stable")[:MOST_CLASSES]
        sides = [(task.classes[c], weights[:, c], "") for c in often]
    blocks = []
    for name, side, kind in sides:
        order = np.argsort(-side, kind="stable")[:TERMS]
        top = max(float(side[order[0]]), 1e-12)
        cells = [[esc(names[i]), f"{side[i]:+.2f}", bar(float(side[i]) / top, kind)] for i in order]
        blocks.append(
            f"<div><h3>{esc(name)}</h3>{table(['word', 'log-odds', ''], cells, right=(1,))}</div>"
        )
    texts = "texts" if context.trained.split.folds else "test texts"
    message = (
        f"Of the {len(terms):,} most frequent terms in the {texts}, those that speak most for a "
        "class: by how much the log-odds change if one stands alone in a text."
    )
    return paragraph(message, "muted") + f'<div class="columns">{"".join(blocks)}</div>'


def filters(context: ReportContext) -> str:
    """Draw the first filters of a network for images."""
    from kerata import plots

    if context.kind != "images":
        return ""
    prepared = context.trained.preparation.transform(take(context.trained.test, np.arange(1)))
    try:
        figure = plots.filters(context.trained.model)
        maps = plots.feature_maps(context.trained.model, np.asarray(prepared)[0])
    except ValueError:
        # No convolution to draw.
        return ""
    where = _where(context, 0)
    seen = f"What each of them makes of an image ({where})"
    return (
        "<h3>What the first convolution looks for</h3>"
        + context.album.add(figure, "filters", "The filters of the first convolution", paper=True)
        + f"<h3>{esc(seen)}</h3>"
        + context.album.add(maps, "feature_maps", seen, paper=True)
    )
