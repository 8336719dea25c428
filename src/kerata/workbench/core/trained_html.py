"""How a notebook shows a trained network."""

from __future__ import annotations

from typing import Any

from kerata.utils.html import curves, heading, note, plain_table
from kerata.workbench.core.wording import counted, main_figure, number


def trained_html(trained: Any) -> str:
    """Give a trained network as HTML: what it is, how good beside baselines, its curves.

    Arguments:
        trained: what ``fit_source`` gave.
    """
    task = trained.task
    main, value = next(iter(trained.metrics.items()))
    rows = [("this network", value, trained.interval)]
    rows += [(other.name, other.value, other.interval) for other in trained.baselines]
    cells = [
        [name, main_figure(figure, task), f"{main_figure(low, task)} to {main_figure(high, task)}"]
        for name, figure, (low, high) in rows
    ]
    judged = counted(len(trained.truth), "row" if trained.split.folds else "test row")
    title = f"{trained.network} for {task.target!r}, judged on {judged}, {trained.split.unseen}"
    measured = plain_table(
        ["", main.replace("_", " "), "95% interval"], cells, right=(1, 2), bold=(0,)
    )
    others = [
        f"{name.replace('_', ' ')} {number(figure, 3)}"
        for name, figure in list(trained.metrics.items())[1:]
    ]
    parts = [heading(title), measured]
    if others:
        parts.append(note(f"Also: {', '.join(others)}."))
    if trained.solved:
        parts.append(note(f"Its weights were solved: {trained.solved}."))
    elif trained.history:
        epochs = max(map(len, trained.history.values()))
        parts.append(note(f"Epoch {trained.best_epoch} of {epochs} was kept."))
        parts.append(curves(trained.history))
    if trained.findings is not None:
        parts.append(trained.findings._repr_html_())
    return "".join(parts)
