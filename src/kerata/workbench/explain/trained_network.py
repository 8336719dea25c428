"""A trained network that says why it answers as it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerata.workbench.core.result import Trained
from kerata.workbench.explain.explainer import Explainer
from kerata.workbench.explain.explanation import Explanation


@dataclass
class TrainedNetwork(Trained):
    """What ``fit_source`` gives; see :class:`Trained` for the attributes."""

    def explain(
        self, data: Any, answer: Any = None, *, rounds: int = 1, seed: int = 0
    ) -> Explanation:
        """Say what each column, word or region of raw rows adds to the answers.

        Arguments:
            data: raw rows, such as some of ``test``: a ``Table``, ``Texts`` or ``Images``.
            answer: of classes and labels the one whose probability is explained, of several
                targets the one; by default what the network says, the likeliest label, the first
                target.
            rounds: orders of the columns for each row of the background, each with its opposite;
                two or more give standard errors.
            seed: decides on the background, drawn from the training rows, and on the orders.

        Returns:
            An :class:`Explanation` with one for each row. Contributions are on the answer's
            scale and sum to the answer minus the mean answer to the background.

        Raises:
            ValueError: a column is missing; an answer that is not there.
        """
        explainer = Explainer(self.model, self.preparation, self.task, self.train, rounds, seed)
        return explainer(data, answer)
