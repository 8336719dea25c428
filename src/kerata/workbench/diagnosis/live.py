"""What the curves of a running training show, as soon as they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kerata.workbench.core.findings import Finding
from kerata.workbench.diagnosis.diagnose import examine

# What shows in curves alone.
_SEEN = ("learning rate too high", "learning rate too low", "overfitting")
FEWEST = 4


def diagnose_curves(
    history: Mapping[str, Sequence[float]], *, ended: bool = False
) -> list[Finding]:
    """Say what is wrong with a training from its curves so far.

    A rise of the validation loss is told as it happens, though the best weights may be kept. That
    a learning rate is too low can only be told of a training that has ended.

    Arguments:
        history: a list for each figure, with a number an epoch.
        ended: whether no epoch will follow.

    Returns:
        Findings whose ``evidence`` has ``"best_epoch"`` for overfitting.

    >>> curves = {"loss": [0.9, 0.5, 0.3, 0.2, 0.1, 0.05], "val_loss": [1, 0.6, 0.5, 0.6, 0.8, 1]}
    >>> found = diagnose_curves(curves)[0]
    >>> found.name, found.evidence["best_epoch"]
    ('overfitting', 3)
    """
    if len(history.get("loss", ())) < FEWEST:
        return []
    only = _SEEN if ended else tuple(name for name in _SEEN if not name.endswith("too low"))
    return list(examine(dict(history), only=only))


def since(finding: Finding) -> str:
    """Say in a heading what was found and since when.

    >>> since(Finding("overfitting", "It rose.", {"best_epoch": 7}, ""))
    'Overfitting since epoch 7'
    """
    head = f"{finding.name[0].upper()}{finding.name[1:]}"
    epoch: Any = finding.evidence.get("best_epoch") or finding.evidence.get("epoch")
    return f"{head} since epoch {epoch}" if epoch else head
