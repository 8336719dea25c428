"""What the layers of a network answer to rows of its data: their spread, and dead units."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.board.details import flat, histogram
from kerata.web.streams import finite
from kerata.workbench.diagnosis.layer_statistics import ROWS, LayerValues, measure_layers
from kerata.workbench.diagnosis.split_data import SplitData
from kerata.workbench.features.rows import count, take
from kerata.workbench.runs.rerun import own_source
from kerata.workbench.runs.run import Run

_RELUS = ("relu", "relu6")


def activity(run: Run) -> dict[str, Any]:
    """Give for each layer how its outputs are spread on some rows of the data.

    Arguments:
        run: a finished run, whose data are where they were.

    Returns:
        ``rows``, how many were looked at, and ``layers``, in the order of ``layers_of``: of each
        the histogram and, of ReLU units, how many are 0 for all of these rows; None for those
        that could not be looked at.

    Raises:
        FileNotFoundError, ValueError: the data are not there, or have changed; a network that
            has no graph.
    """
    if run.is_forecast:
        raise ValueError("A forecast's windows are not looked at here.")
    if run.model._graph is None:
        raise ValueError("This network is no graph of layers.")
    source, _ = own_source(run, None, "rerun")
    rows = np.sort(np.random.default_rng(0).permutation(count(source.train))[:ROWS])
    x = run.preparation.transform(take(source.train, rows))
    part = SplitData.of("train", (x, np.zeros(len(rows), np.float32)), run.model._n_inputs(), 0)
    seen: dict[int, dict[str, Any]] = {}
    looked = _look(run.model, part, seen)
    layers = [seen.get(id(layer)) for layer in flat(run.model)]
    return finite({"rows": looked, "layers": layers})


def _look(model: Any, part: SplitData, seen: dict[int, dict[str, Any]]) -> int:
    """Look at the layers of a network, and of the networks whose answers it averages."""
    found = measure_layers(model, part, with_gradients=False)
    for one in found.seen:
        if getattr(one.layer, "_graph", None) is not None:
            # One that gets something else than the rows can't be looked at so.
            if [t.name for t in one.layer.inputs] == [t.name for t in model.inputs]:
                _look(one.layer, part, seen)
        elif one.outputs is not None and one.outputs.dtype.kind in "fiu":
            seen[id(one.layer)] = _told(one)
    return found.rows


def _told(seen: LayerValues) -> dict[str, Any]:
    assert seen.outputs is not None
    told = histogram(seen.outputs)
    if seen.activation in _RELUS:
        units = seen.outputs.reshape(-1, seen.outputs.shape[-1])
        told |= {"units": units.shape[1], "dead": int((units <= 0).all(axis=0).sum())}
    return told
