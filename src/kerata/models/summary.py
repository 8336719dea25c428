"""The table that ``model.summary()`` prints."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerata.base.console import show
from kerata.base.symbolic import find_symbolic, is_symbolic
from kerata.base.unknown_sizes import STAND_INS
from kerata.utils.html import heading, note, plain_table

# Ends of the columns as fractions of the width, by whether connections and trainability show.
_POSITIONS = {
    (False, False): [0.45, 0.80, 1.0],
    (False, True): [0.42, 0.70, 0.85, 1.0],
    (True, False): [0.32, 0.58, 0.74, 1.0],
    (True, True): [0.28, 0.52, 0.66, 0.86, 1.0],
}
# Colours of a terminal: kinds of layers, shapes, numbers of weights.
_KIND, _SHAPE, _COUNT = "cyan", "green", "magenta"
_SIZES = ("B", "KB", "MB", "GB", "TB")


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: list[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: tuple[str, str] | None = None,
) -> None:
    """Print a model's table; the arguments are those of ``Model.summary``."""
    text = summary_text(
        model, line_length, positions, expand_nested, show_trainable, layer_range, print_fn is None
    )
    if print_fn is None:
        show(text)
    else:
        print_fn(text)


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: list[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: tuple[str, str] | None = None,
    styled: bool = False,
) -> str:
    """Give the table and the totals as text; ``styled`` lets a terminal have colours."""
    # rich costs start-up time and only tables need it.
    from rich.box import HEAVY_HEAD
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    from kerata.utils.terminal import Terminal

    graph = getattr(model, "_graph", None)
    branching = graph is not None and _branches(graph)
    console = Terminal(
        highlight=False, force_terminal=None if styled else False, force_jupyter=False
    )
    width = line_length or max(min(console.width, 110), 65)
    console.width = width
    table = Table(box=HEAVY_HEAD, width=width, show_lines=True, header_style="bold")
    headers = _headers(branching, show_trainable)
    columns = _column_widths(width, positions or _POSITIONS[branching, show_trainable])
    for header, column in zip(headers, columns, strict=True):
        table.add_column(
            header,
            justify="right" if header == "Param #" else "left",
            width=column,
            overflow="fold",
        )
    for layer, depth in _rows(model, expand_nested, layer_range):
        name, *cells = _cells(layer, graph, branching, show_trainable)
        first = Text(f"{'  ' * depth}{name} (")
        first.append(layer.kind, _KIND)
        looks = (_SHAPE, _COUNT, "", "")
        table.add_row(first.append(")"), *map(Text, cells, looks))
    with console.capture() as captured:
        console.print(f'[bold]Model: "{escape(model.name)}"[/bold]')
        console.print(table)
        for line in _totals(model):
            console.print(f"[bold] {line}[/bold]")
    return captured.get().rstrip("\n")


def summary_html(model: Any) -> str:
    """Give the table and the totals for a notebook."""
    graph = getattr(model, "_graph", None)
    branching = graph is not None and _branches(graph)
    rows = []
    for layer, _ in _rows(model, False, None):
        name, *cells = _cells(layer, graph, branching, False)
        rows.append([f"{name} ({layer.kind})", *cells])
    return (
        heading(f'Model: "{model.name}"')
        + plain_table(_headers(branching, False), rows, right=(2,))
        + "".join(map(note, _totals(model)))
    )


def _headers(branching: bool, trainable: bool) -> list[str]:
    headers = ["Layer (type)", "Output Shape", "Param #"]
    headers += ["Connected to"] if branching else []
    return headers + (["Trainable"] if trainable else [])


def _cells(layer: Any, graph: Any, branching: bool, trainable: bool) -> list[str]:
    """Give a layer's name and what stands in the other columns."""
    row = [layer.name, _output_text(layer), _params_text(layer)]
    row += [_connections(layer, graph)] if branching else []
    return row + ([_trainable_text(layer)] if trainable else [])


def _rows(
    model: Any, expand: bool, layer_range: tuple[str, str] | None, depth: int = 0
) -> list[tuple[Any, int]]:
    layers = list(getattr(model, "operations", []) or []) if _is_graph(model) else model.layers
    if type(model).__name__ == "Sequential" or not layers:
        layers = model.layers
    if layer_range is not None:
        layers = _within(layers, layer_range, model.name)
    rows: list[tuple[Any, int]] = []
    for layer in layers:
        rows.append((layer, depth))
        if expand and hasattr(layer, "layers"):
            rows += _rows(layer, expand, None, depth + 1)
    return rows


def _is_graph(model: Any) -> bool:
    return getattr(model, "_graph", None) is not None


def _within(layers: list[Any], layer_range: tuple[str, str], name: str) -> list[Any]:
    bounds = []
    for pattern in layer_range:
        hits = [i for i, x in enumerate(layers) if x.name == pattern or re.match(pattern, x.name)]
        if not hits:
            raise ValueError(f"Model {name!r} has no layer that matches {pattern!r} (layer_range).")
        bounds.append(hits)
    return layers[bounds[0][0] : bounds[1][-1] + 1]


def _column_widths(width: int, positions: list[float]) -> list[int]:
    ends = [p * width if p <= 1 else p for p in positions]
    # A column's border and padding take three characters.
    return [max(int(b - a) - 3, 6) for a, b in itertools.pairwise([0.0, *ends])]


def _output_text(layer: Any) -> str:
    if layer._inbound_nodes or _is_graph(layer):
        found = [t.shape for t in jax.tree.leaves(layer.output) if is_symbolic(t)]
    else:
        found = _shapes_as_built(layer)
    shapes = [str(tuple(shape)) for shape in found]
    if not shapes:
        return "?"
    return shapes[0] if len(shapes) == 1 else "[" + ", ".join(shapes) + "]"


def _shapes_as_built(layer: Any) -> list[Any]:
    """Give the outputs' shapes for what a layer of a subclassed model was built for."""
    built_for = getattr(layer, "_build_shapes", None)
    if not built_for or not layer.built:
        return []
    try:
        shape = layer.compute_output_shape(*built_for.values())
    except Exception:
        # A class of the user's may not be able to tell.
        return []
    leaves = jax.tree.leaves(shape, is_leaf=_is_shape)
    if not all(map(_is_shape, leaves)):
        return []
    # Where shapes alone were traced, a size that is not known was stood in for.
    return [tuple(None if d in STAND_INS else d for d in leaf) for leaf in leaves]


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and all(d is None or isinstance(d, int) for d in value)


def _params_text(layer: Any) -> str:
    if not hasattr(layer, "weights"):
        return "0"
    if not layer.built:
        return "0 (unbuilt)"
    return f"{layer.count_params():,}"


def _trainable_text(layer: Any) -> str:
    if not getattr(layer, "weights", None):
        return "-"
    return "Y" if layer.trainable else "N"


def _connections(layer: Any, graph: Any) -> str:
    mine = [n for n in graph.nodes if n.operation is layer]
    names = [_place(t) for n in mine for t in n.inputs if t.node is not None]
    return ", ".join(names) if names else "-"


def _place(tensor: Any) -> str:
    """Name a tensor by its layer, which call of it, and which of the call's outputs it is."""
    node = tensor.node
    call = next(i for i, n in enumerate(node.operation._inbound_nodes) if n is node)
    which = next(i for i, t in enumerate(find_symbolic(node.outputs)) if t is tensor)
    return f"{node.operation.name}[{call}][{which}]"


def _branches(graph: Any) -> bool:
    """Say whether the graph is more than a chain, so that connections need a column."""
    if len(graph.inputs) > 1 or len(graph.outputs) > 1:
        return True
    users: dict[int, int] = {}
    for node in graph.nodes:
        if len(node.inputs) > 1:
            return True
        for t in node.inputs:
            users[id(t)] = users.get(id(t), 0) + 1
    return any(n > 1 for n in users.values())


def _totals(model: Any) -> list[str]:
    def line(what: str, variables: list[Any]) -> str:
        count = sum(int(np.prod(v.shape)) for v in variables)
        size = sum(int(np.prod(v.shape)) * v._value.dtype.itemsize for v in variables)
        return f"{what} params: {count:,} ({readable_size(size)})"

    optimizer = getattr(model, "optimizer", None)
    state = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    lines = [
        line("Total", model.weights + state),
        line("Trainable", model.trainable_weights),
        line("Non-trainable", model.non_trainable_weights),
    ]
    return lines + ([line("Optimizer", state)] if state else [])


def readable_size(n: float) -> str:
    """Write a number of bytes as people read it.

    >>> readable_size(39760), readable_size(0)
    ('38.83 KB', '0.00 B')
    """
    for unit in _SIZES[:-1]:
        if n < 1024:
            return f"{n:.2f} {unit}"
        n /= 1024
    return f"{n:.2f} {_SIZES[-1]}"
