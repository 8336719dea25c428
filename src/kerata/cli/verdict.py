"""A run's verdict and diagnosis on the terminal, the same after training and in ``show``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerata.cli.paragraphs import say

if TYPE_CHECKING:
    from rich.console import Console


def print_verdict(console: Console, record: dict[str, Any]) -> None:
    """Print each sentence once: how good it is, what is wrong with it, what to try.

    Arguments:
        console: to print on.
        record: what ``run.json`` holds.
    """
    from kerata.workbench.core.findings import Findings
    from kerata.workbench.evaluation.verdict import SHOWN_APART

    verdict = record.get("verdict")
    if not verdict:
        say(console, "Verdict", ["None: training was ended before the network was judged."])
        return
    lines = [verdict["quality"], *verdict["baselines"], verdict["best_epoch"]]
    say(console, "Verdict", [line for line in (*lines, verdict["overfitting"]) if line])
    for one in verdict.get("targets") or []:
        say(console, f"Target {one['target']!r}", [one["quality"], *one["baselines"]])
    stored = record.get("diagnosis")
    if stored is not None:
        found = Findings.from_dict(stored)
        say(console, "Diagnosis", found.sentences(without=SHOWN_APART))
    say(console, "What to try", verdict["advice"])
