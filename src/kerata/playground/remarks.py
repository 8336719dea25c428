"""What the diagnosis says of a network while it learns."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.playground.learner import Learner
from kerata.playground.network import build_network
from kerata.workbench.diagnosis.diagnose import examine
from kerata.workbench.diagnosis.terms import Terms

# What to do, in the words of the page.
_SMALLER = "Try fewer units, L2, dropout, or a larger share of rows to learn from."
_TEXTS = {
    "tenth of the rate": "Choose a learning rate ten times lower and reset.",
    "set the rate": "Set the learning rate to {rate}.",
    "higher rate": "Try a learning rate ten times higher, or train longer.",
    "other answers": "Choose a lower learning rate and reset.",
    "learn at all": (
        "Train longer, try learning rates ten times higher and lower, or another seed."
    ),
    "larger": "Add units or a layer, train longer, or take away dropout and penalties.",
    "keep the best epoch": f"Its best weights were those of epoch {{epoch}}. {_SMALLER}",
    "smaller": _SMALLER,
    "living units": "Choose a lower learning rate and reset, or try leaky_relu or tanh.",
    "unsaturated units": "Reset with a lower learning rate, add L2, or use relu.",
    "stronger gradients": "Use relu, or fewer layers.",
    "fresh weights": "Reset with a learning rate ten times lower.",
    "weaker gradients": "Reset with a learning rate ten times lower.",
    "less certain": "Don't read its probabilities as such. Stop earlier, or add L2 or dropout.",
    "test on more rows": "Judge by more rows: raise their number, or learn from a smaller share.",
    "look at labels": "{count} of {rows} training rows contradict most of their neighbours.",
}
# Said of data that the page makes itself, these would only repeat its settings.
_UNASKED = ("small test set", "class imbalance", "label noise", "shared rows", "splits differ")
# Epochs before the first remark: the first weights are nobody's fault.
_FIRST = 20


class Remarks:
    """Looks at a learner from time to time; its checks are compiled once for its network.

    Arguments:
        learner: whose first network is looked at.
    """

    def __init__(self, learner: Learner) -> None:
        alone = {"layers": learner.settings[0].layers, "masked": False}
        self._problem, self._params = learner.problem, learner.programs.params | alone
        self._model: Any = None

    def of(
        self, curve: list[tuple[int, dict[str, float]]], weights: list[np.ndarray], rate: float
    ) -> list[dict[str, str]]:
        """Give a finding after the other: its name, severity, sentence, and what to do.

        Arguments:
            curve: the figures after each epoch.
            weights: the network's, at that time.
            rate: learning rate in use.
        """
        if len(curve) < _FIRST:
            return []
        if self._model is None:
            self._model = build_network(**self._params)
        self._model.set_weights(weights)
        self._model.optimizer.learning_rate = rate
        history: dict[str, list[float]] = {}
        for _, report in curve:
            for name, value in report.items():
                history.setdefault(name, []).append(value)
        x, y, train = self._problem.x, self._problem.y, self._problem.train
        splits = {"train": (x[:train], y[:train]), "validation": (x[train:], y[train:])}
        found = examine(history, self._model, splits, terms=Terms(_TEXTS, self._problem.classes))
        return [
            {
                "name": one.name,
                "severity": one.severity,
                "sentence": one.sentence,
                "next_step": one.next_step,
            }
            for one in found
            if one.name not in _UNASKED
        ]
