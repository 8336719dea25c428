"""Findings that hang together: what causes another fault also says what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kerata.workbench.core.findings import Finding

# Of a fault, the ones that cause it. With these, another remedy would be beside the point or
# the opposite of theirs.
CAUSES = {
    "underfitting": {
        *("learning rate too high", "learning rate too low", "constant predictions"),
        *("wrong last activation", "dead units", "vanishing gradients", "exploding gradients"),
    },
    "constant predictions": {
        *("learning rate too high", "wrong last activation", "exploding gradients"),
    },
    "dead units": {"learning rate too high"},
    "exploding gradients": {"learning rate too high"},
    "saturated outputs": {"overfitting"},
    "learning rate too low": {"overfitting"},
}


def without_contradictions(found: Iterable[Finding]) -> list[Finding]:
    """Leave what to do to the cause where both a fault and its cause were found.

    Arguments:
        found: the findings.

    >>> causes = Finding("learning rate too high", "It jumps.", {}, "Lower it.", "serious")
    >>> effect = Finding("underfitting", "Nothing learned.", {}, "Raise it.")
    >>> [one.next_step for one in without_contradictions([causes, effect])]
    ['Lower it.', '']
    """
    listed = list(found)
    names = {finding.name for finding in listed}
    return [
        replace(finding, next_step="") if CAUSES.get(finding.name, set()) & names else finding
        for finding in listed
    ]
