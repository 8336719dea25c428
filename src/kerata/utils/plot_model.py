"""A picture of a network: boxes with shapes, joined by arrows."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax

from kerata.base.symbolic import KerasTensor, find_symbolic
from kerata.utils.files import write_beside
from kerata.utils.graph_layout import Box, place
from kerata.utils.model_boxes import Drawn, collapsed, size_of

# Ink, paper and arrows, on light and on dark.
_LIGHT, _DARK = ("#1f2933", "#ffffff", "#7b8794"), ("#e6eaee", "#14181d", "#9aa7b4")
_CHAR, _LINE, _PAD, _STRIPE = 0.088, 0.22, 0.12, 0.07  # inches


def plot_model(
    model: Any,
    to_file: str | Path | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    collapse: bool = True,
    dark: bool = False,
) -> Any:
    """Draw a model's layers and save the picture.

    Each box has the layer's size, such as its units, and its activation.

    Arguments:
        model: a built model.
        to_file: path; the ending chooses the format (png, svg, pdf); None saves nothing.
        show_shapes: whether to write input and output shapes.
        show_dtype: whether to write the outputs' types.
        show_layer_names: whether to write layers' names beside their classes.
        rankdir: ``'TB'`` from top to bottom, ``'LR'`` from left to right.
        expand_nested: whether to draw the layers of models inside.
        dpi: dots per inch.
        show_layer_activations: whether to write the activations.
        show_trainable: whether to write which layers are trained.
        splines: only ``'ortho'``; other forms of lines are Graphviz's.
        collapse: whether three or more of the same, side by side or in a row, and blocks of
            several layers that are repeated in a row, are one box.
        dark: whether to draw light on dark.

    Returns:
        In a notebook the picture, to be shown; else the matplotlib figure.

    Raises:
        ImportError: matplotlib is missing, with the extra that brings it.
        ValueError: a model that is not built; an unknown ``rankdir``; other ``splines``.
    """
    try:
        from kerata.utils.notebook_figure import NotebookFigure
    except ImportError:
        raise ImportError("plot_model needs matplotlib: pip install 'kerata[plots]'") from None
    if rankdir not in ("TB", "LR"):
        raise ValueError(f"rankdir must be 'TB' or 'LR', got {rankdir!r}.")
    if splines != "ortho":
        raise ValueError(
            f"splines must be 'ortho': Kerata draws without Graphviz, got {splines!r}."
        )
    operations, edges = _flatten(model, expand_nested)
    drawn = {
        id(op): Drawn(
            op.kind,
            _lines(op, show_shapes, show_dtype, show_layer_names, show_layer_activations)
            + ([_trainable(op)] if show_trainable and getattr(op, "weights", None) else []),
        )
        for op in operations
    }
    if collapse:
        drawn, edges = collapsed(drawn, edges)
    figure = NotebookFigure(dpi=dpi)
    colours = _DARK if dark else _LIGHT
    figure.set_facecolor(colours[1])
    _draw(figure, drawn, edges, colours, across=rankdir == "LR")
    if to_file is None:
        return figure
    path = Path(to_file)
    kind = path.suffix.lstrip(".") or "png"
    write_beside(path, lambda f: figure.savefig(f, format=kind, facecolor=colours[1]))
    if "IPython" in sys.modules and kind == "png":
        from IPython.display import Image  # the notebook that calls us has it

        return Image(filename=str(path))
    return figure


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Refuse: Kerata draws without Graphviz.

    Raises:
        NotImplementedError: always; ``plot_model`` draws the picture.
    """
    raise NotImplementedError(
        "Kerata draws models without Graphviz, so there is no dot graph. Use plot_model(model)."
    )


def _flatten(model: Any, expand: bool) -> tuple[list[Any], list[tuple[int, int]]]:
    """List the operations of a model in running order, and who feeds whom."""
    graph = getattr(model, "_graph", None)
    if graph is None:
        raise ValueError(
            f"Model {model.name!r} can't be drawn: its graph is not known. Give it an Input, or "
            "build it; a subclass with its own call() has no graph."
        )
    entrances = [t.node.operation if t.node else t for t in graph.inputs]
    operations: list[Any] = list(entrances)
    edges: list[tuple[int, int]] = []
    # Where an operation's output comes from: itself, or the last layers of an expanded model.
    ends: dict[int, list[Any]] = {}
    for node in graph.nodes:
        op = node.operation
        sources = [
            end
            for t in node.inputs
            if t.node is not None
            for end in ends.get(id(t.node.operation), [t.node.operation])
        ]
        if expand and getattr(op, "_graph", None) is not None and id(op) not in ends:
            inner, inner_edges = _flatten(op, expand)
            operations += [x for x in inner if x not in operations]
            edges += inner_edges
            firsts = [t.node.operation for t in op._graph.inputs if t.node]
            edges += [(id(s), id(f)) for s, f in zip(sources, firsts, strict=False)]
            ends[id(op)] = [t.node.operation for t in op._graph.outputs if t.node]
            continue
        if op not in operations:
            operations.append(op)
        edges += [(id(s), id(op)) for s in sources if (id(s), id(op)) not in edges]
    return operations, edges


def _lines(op: Any, shapes: bool, dtype: bool, names: bool, activations: bool) -> list[str]:
    kind = op.kind
    head = f"{op.name} ({kind})" if names else kind
    activation = getattr(op, "activation", None)
    if activations and activation is not None:
        head += f" · {getattr(activation, '__name__', type(activation).__name__)}"
    lines = [head]
    details = size_of(op)
    plain = getattr(activation, "__name__", "linear") == "linear"
    if activation is not None and not activations and not plain:
        details = [*details, activation.__name__]
    lines += [", ".join(details)] if details else []
    if shapes:
        if not isinstance(op, KerasTensor) and op._inbound_nodes and op._inbound_nodes[0].inputs:
            lines.append(f"in   {_shapes(op.input)}")
        lines.append(f"out  {_shapes(op.output)}")
    if dtype:
        lines.append(f"type {', '.join(sorted({t.dtype for t in find_symbolic(op.output)}))}")
    return lines


def _shapes(tensors: Any) -> str:
    shapes = Counter(str(tuple(t.shape)) for t in jax.tree.leaves(tensors))
    return ", ".join(f"{n} × {shape}" if n > 1 else shape for shape, n in shapes.items())


def _trainable(op: Any) -> str:
    return "trained" if op.trainable else "frozen"


def _width(lines: Sequence[str]) -> float:
    return max(_CHAR * max(len(line) for line in lines) + 2 * _PAD + _STRIPE, 1.1)


def _draw(
    figure: Any,
    drawn: dict[int, Drawn],
    edges: list[tuple[int, int]],
    colours: tuple[str, str, str],
    across: bool,
) -> None:
    sizes = [(_width(d.lines), _LINE * len(d.lines) + _PAD) for d in drawn.values()]
    keys = {key: i for i, key in enumerate(drawn)}
    spans = {i: (size[1] if across else size[0]) for i, size in enumerate(sizes)}
    boxes, courses = place(spans, [(keys[a], keys[b]) for a, b in edges], gap=0.35)
    other = {i: (size[0] if across else size[1]) for i, size in enumerate(sizes)}
    depth = _row_places(boxes, other)
    low = min(b.x - b.width / 2 for b in boxes.values()) - 0.15
    high = max(b.x + b.width / 2 for b in boxes.values()) + 0.15
    end = max(depth[b.rank] + other.get(b.key, 0.0) / 2 for b in boxes.values()) + 0.15

    def spot(box: Box, along: float = 0.0) -> tuple[float, float]:
        deep = depth[box.rank] + along * other.get(box.key, 0.0) / 2
        return (deep, high - box.x) if across else (box.x - low, end - deep)

    width, height = (end, high - low) if across else (high - low, end)
    figure.set_size_inches(max(width, 1.5), max(height, 0.8))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    edge = colours[2]
    for course in courses:
        points = [spot(boxes[course[0]], 1.0)]
        points += [spot(boxes[k]) for k in course[1:-1]]
        points.append(spot(boxes[course[-1]], -1.0))
        axes.plot(*zip(*points, strict=True), color=edge, lw=1.2, zorder=1)
        axes.annotate(
            "",
            xy=points[-1],
            xytext=points[-2],
            arrowprops={"arrowstyle": "-|>", "color": edge, "lw": 1.2, "shrinkA": 0, "shrinkB": 0},
            zorder=2,
        )
    for i, one in enumerate(drawn.values()):
        _draw_box(axes, spot(boxes[i]), sizes[i], one, colours)


def _row_places(boxes: dict[int, Box], thickness: dict[int, float]) -> list[float]:
    """Give the middle of each row, from the top."""
    ranks = 1 + max(b.rank for b in boxes.values())
    thick = [
        max((thickness.get(b.key, 0.0) for b in boxes.values() if b.rank == r), default=0.0)
        for r in range(ranks)
    ]
    places, y = [], 0.15
    for t in thick:
        places.append(y + t / 2)
        y += t + 0.4
    return places


def _draw_box(
    axes: Any,
    middle: tuple[float, float],
    size: tuple[float, float],
    drawn: Drawn,
    colours: tuple[str, str, str],
) -> None:
    from matplotlib.patches import Rectangle

    ink, paper, edge = colours
    x, y = middle[0] - size[0] / 2, middle[1] - size[1] / 2
    # Sheets behind the box say that there are several of it.
    for behind in range(2 if drawn.count > 1 else 0, 0, -1):
        shift = 0.05 * behind
        axes.add_patch(
            Rectangle((x + shift, y + shift), *size, facecolor=paper, edgecolor=edge, lw=1)
        )
    axes.add_patch(Rectangle((x, y), *size, facecolor=paper, edgecolor=edge, lw=1, zorder=3))
    stripe = (_STRIPE, size[1])
    axes.add_patch(Rectangle((x, y), *stripe, facecolor=drawn.colour, lw=0, zorder=4))
    for i, line in enumerate(drawn.lines):
        head = i in drawn.heads
        axes.text(
            x + _STRIPE + _PAD,
            y + size[1] - _PAD / 2 - _LINE * (i + 0.5),
            line,
            ha="left",
            va="center",
            fontsize=9.5 if head else 8.5,
            fontweight="bold" if head else "normal",
            family="DejaVu Sans Mono",
            color=ink,
            zorder=5,
        )
