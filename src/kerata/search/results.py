"""What a search found: scores of all candidates, the best, how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerata.base.messages import did_you_mean
from kerata.search.runner import Record, SeededSplit, TrialConfig
from kerata.search.statistics import corrected_t_test, standard_error
from kerata.search.table import Row, candidates_html, candidates_table, table_text
from kerata.utils.html import note

if TYPE_CHECKING:
    import pandas
    from rich.table import Table


@dataclass(frozen=True)
class Candidate:
    """One combination of values and its outcome; setting a field raises FrozenInstanceError.

    Arguments:
        index: int, place in the results, from 0.
        params: the searched values by name.
        score: float, mean over the splits; NaN without scores on all of them.
        spread: float, standard deviation over the splits (n - 1); 0.0 for one split.
        parameters: int, size of all arrays (of any shape) that the network learns; None if it
            was never built.

    >>> best = Candidate(0, {"units": 8}, score=0.9, spread=0.05, parameters=33)
    >>> best.params["units"], best.score
    (8, 0.9)
    """

    index: int
    params: dict[str, Any]
    score: float
    spread: float
    parameters: int | None


@dataclass(frozen=True)
class Lead:
    """The best candidate against the second: is the difference more than noise?

    ``Results.lead`` makes it; setting a field raises FrozenInstanceError.

    Arguments:
        best, second: the candidates.
        difference: float, how much better the best's mean score is, at least 0.
        p_value: float, probability of such a difference if both were equally good, from their
            scores of shape ``(splits,)``; see ``corrected_t_test``.

    >>> first = Candidate(0, {"units": 8}, 0.9, 0.05, 33)
    >>> second = Candidate(1, {"units": 4}, 0.88, 0.05, 17)
    >>> Lead(first, second, difference=0.02, p_value=0.4).is_noise
    True
    """

    best: Candidate
    second: Candidate
    difference: float
    p_value: float

    @property
    def is_noise(self) -> bool:
        """Whether chance alone explains the lead (at the usual 5 %)."""
        return not self.p_value < 0.05

    def __str__(self) -> str:
        verdict = "may well be noise" if self.is_noise else "is more than noise"
        return (
            f"The lead of {self.difference:.4g} over the second {verdict} (p = {self.p_value:.2g})."
        )


class Results:
    """The outcome of a search. Printed, it is a table, best first.

    Searches make it; the arguments are for those who write a search.

    Arguments:
        candidates: the values of each candidate, in the order of the search.
        which: for each candidate the index of its training in ``trials``; candidates that
            differ by epochs alone share one.
        trials: the trainings; splits: rows trained on and held back, in the order of ``seed``.
        records: what each training reported on each split.
        metric: name of the score that ranks, ``'val_accuracy'``; mode: ``'max'`` or ``'min'``.
        retrain: function from a candidate's values to a model trained on all rows.
        stopped: last epoch of each training that was ended early.
        epochs: epochs of each candidate, those of its training by default.

    Attributes:
        metrics: names of all scores, of rows held back (``val_``) and trained on.
        errors: for each candidate, why it has no score, or None.

    Raises:
        ValueError: ``scores`` is asked for an unknown name.
        RuntimeError: ``best`` is asked for and no candidate has a score; ``lead`` with fewer
            than two candidates or splits.

    >>> from kerata import layers, models, search
    >>> def build(units):
    ...     model = models.Sequential([layers.Dense(units), layers.Dense(1)])
    ...     model.compile("sgd", "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 12)[:, None]
    >>> results = search.grid(build, {"units": [1, 2]}, x, x[:, 0], folds=2, verbose=0)
    >>> results.metric, results.scores().shape, results.scores().dtype
    ('val_loss', (2, 2), dtype('float64'))
    """

    def __init__(
        self,
        candidates: Sequence[dict[str, Any]],
        which: Sequence[int],
        trials: Sequence[TrialConfig],
        splits: Sequence[SeededSplit],
        records: Sequence[Record],
        metric: str,
        mode: str,
        retrain: Callable[[dict[str, Any]], Any] | None = None,
        stopped: dict[int, int] | None = None,
        epochs: Sequence[int] | None = None,
    ) -> None:
        self.candidates = [dict(c) for c in candidates]
        self.metric, self.mode = metric, mode
        self._which, self._trials, self._splits = list(which), list(trials), list(splits)
        self._records = {(r.trial, r.split): r for r in records}
        self._retrain, self._stopped = retrain, stopped or {}
        last = [trials[w].epochs[-1] for w in which]
        self._epochs = last if epochs is None else list(epochs)
        self.errors = [self._error(i) for i in range(len(self.candidates))]
        found = (name for r in records for report in r.reports.values() for name in report)
        self.metrics = list(dict.fromkeys(found))

    def __len__(self) -> int:
        return len(self.candidates)

    def _report(self, index: int, split: int) -> dict[str, float] | None:
        record = self._records.get((self._which[index], split))
        return None if record is None else record.at(self._epochs[index])

    def _error(self, index: int) -> str | None:
        for split in range(len(self._splits)):
            record = self._records.get((self._which[index], split))
            if record is not None and record.at(self._epochs[index]) is None:
                return record.error
        return None

    def note(self, index: int) -> str:
        """Say in a few words why a candidate has no score, or nothing."""
        stop = self._stopped.get(self._which[index])
        if stop is not None and stop < self._epochs[index]:
            return f"stopped after epoch {stop}"
        return self.errors[index] or ""

    # Scores ------------------------------------------------------------------------------

    def scores(self, name: str | None = None) -> np.ndarray:
        """Give one score of all candidates on all splits.

        Arguments:
            name: ``'val_loss'``, ``'accuracy'``, ...; the ranking one by default.

        Returns:
            Array ``(candidates, splits)``, NaN where there is none.

        Raises:
            ValueError: an unknown name.
        """
        name = self.metric if name is None else name
        if self.metrics and name not in self.metrics:
            raise ValueError(
                f"The results have no score {name!r}. {did_you_mean(name, self.metrics)}"
            )
        reports = [
            [self._report(i, s) or {} for s in range(len(self._splits))] for i in range(len(self))
        ]
        return np.array([[r.get(name, np.nan) for r in row] for row in reports])

    def history(self, name: str | None = None, candidate: int | None = None) -> np.ndarray:
        """Give a score after every epoch, ``(splits, epochs)``, NaN where it was not taken.

        Arguments:
            name: as for ``scores``.
            candidate: number of the candidate; the best by default.
        """
        name = self.metric if name is None else name
        index = self.best.index if candidate is None else candidate
        epochs = self._epochs[index]
        rows = []
        for split in range(len(self._splits)):
            record = self._records.get((self._which[index], split))
            reports = {} if record is None else record.reports
            rows.append([reports.get(e, {}).get(name, np.nan) for e in range(1, epochs + 1)])
        return np.array(rows)

    def ranking(self) -> list[int]:
        """Give the numbers of the candidates that have scores on all splits, best first."""
        means = self.scores().mean(axis=1)
        sign = 1 if self.mode == "min" else -1
        scored = [i for i in range(len(self)) if np.isfinite(means[i])]
        return sorted(scored, key=lambda i: (sign * means[i], i))

    def candidate(self, index: int) -> Candidate:
        """Give one candidate with its score."""
        scores = self.scores()[index]
        spread = float(scores.std(ddof=1)) if len(scores) > 1 else 0.0
        return Candidate(
            index,
            self.candidates[index],
            float(scores.mean()),
            spread,
            self._trials[self._which[index]].parameters,
        )

    @property
    def best(self) -> Candidate:
        """The candidate with the best mean score.

        Raises:
            RuntimeError: none has a score; the message quotes the first error.
        """
        order = self.ranking()
        if not order:
            first = next((e for e in self.errors if e), "none was trained")
            raise RuntimeError(f"No candidate has a score. The first one's error: {first}")
        return self.candidate(order[0])

    # How sure is it ------------------------------------------------------------------------

    def simplest_good(self) -> Candidate:
        """Give the smallest network within one standard error of the best.

        Small means few parameters, then few epochs; among equals the better one.

        Source: Breiman et al. 1984, "Classification and Regression Trees", section 3.4.3.
        """
        best = self.best
        margin = standard_error(self.scores()[best.index])
        sign = 1 if self.mode == "min" else -1
        good = [self.candidate(i) for i in self.ranking()]
        good = [c for c in good if sign * (c.score - best.score) <= margin]
        return min(good, key=lambda c: (c.parameters or 0, self._epochs[c.index]))

    def p_values(self) -> np.ndarray:
        """Give for each candidate the probability that it is as good as the best (1 for the best).

        See ``corrected_t_test``; NaN for candidates without scores and with a single split.
        """
        scores, best = self.scores(), self.best.index
        share = float(np.mean([len(s.test) / len(s.train) for s in self._splits]))
        found = np.full(len(self), np.nan)
        if len(self._splits) > 1:
            for i in self.ranking():
                found[i] = corrected_t_test(scores[best], scores[i], share)[1]
        return found

    def lead(self) -> Lead:
        """Compare the best candidate with the second.

        Raises:
            RuntimeError: fewer than 2 candidates have scores, or there is a single split.
        """
        order = self.ranking()
        if len(order) < 2 or len(self._splits) < 2:
            raise RuntimeError(
                "A lead needs two candidates with scores and at least two splits; there are "
                f"{len(order)} candidates and {len(self._splits)} splits."
            )
        best, second = (self.candidate(i) for i in order[:2])
        return Lead(best, second, abs(best.score - second.score), float(self.p_values()[order[1]]))

    # Using it ------------------------------------------------------------------------------

    def refit(self, candidate: Candidate | None = None) -> Any:
        """Train a candidate on all rows and give the model.

        Arguments:
            candidate: the best by default; ``simplest_good()`` is another choice.
        """
        if self._retrain is None:
            raise RuntimeError("These results were read from a file: there is no data to fit.")
        return self._retrain((self.best if candidate is None else candidate).params)

    def table(self, rows: int | None = None) -> Table:
        """Give a table for a terminal: candidates, best first, those without a score last.

        Arguments:
            rows: the largest number of rows; all by default.
        """
        return candidates_table(self._rows()[:rows], self._names(), self.metric)

    def _rows(self) -> list[Row]:
        order = self.ranking()
        rest = [i for i in range(len(self)) if i not in set(order)]
        shown = []
        for i in order + rest:
            candidate = self.candidate(i)
            best = bool(order) and i == order[0]
            shown.append(
                Row(self.candidates[i], candidate.score, candidate.spread, self.note(i), best=best)
            )
        return shown

    def _names(self) -> list[str]:
        return list(dict.fromkeys(name for c in self.candidates for name in c))

    def to_pandas(self) -> pandas.DataFrame:
        """Give a table with a row a candidate: values, means and spreads of all scores.

        Columns: the searched names; each score's mean, and with ``_std`` its standard
        deviation over the splits; ``rank`` (from 1), ``p_value`` (see ``p_values``),
        ``parameters``, ``seconds``, ``error``.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas needs pandas: pip install 'kerata[tables]'.") from error
        order = self.ranking()
        table = pandas.DataFrame(self.candidates)
        for name in sorted(self.metrics, key=lambda n: (n != self.metric, n[:4] != "val_")):
            scores = self.scores(name)
            table[name] = scores.mean(axis=1)
            table[f"{name}_std"] = scores.std(axis=1, ddof=min(1, scores.shape[1] - 1))
        ranks = {index: rank for rank, index in enumerate(order, start=1)}
        table["rank"] = pandas.array([ranks.get(i) for i in range(len(self))], dtype="Int64")
        table["p_value"] = self.p_values() if order else np.nan
        table["parameters"] = [self._trials[w].parameters for w in self._which]
        table["seconds"] = [self._seconds(w) for w in self._which]
        if self._stopped:
            stops = [self._stopped.get(w) for w in self._which]
            late = [s is not None and s < e for s, e in zip(stops, self._epochs, strict=True)]
            table["stopped"] = pandas.array(
                [s if x else None for s, x in zip(stops, late, strict=True)], dtype="Int64"
            )
        table["error"] = self.errors
        return table

    def _seconds(self, trial: int) -> float:
        return sum(r.seconds for (c, _), r in self._records.items() if c == trial)

    def __str__(self) -> str:
        return table_text(self.table(), self._sentence())

    def _sentence(self) -> str:
        splits = len(self._splits)
        sentence = f"{self.metric}: mean and standard deviation over {splits} splits."
        if splits > 1 and len(self.ranking()) > 1:
            sentence += f" {self.lead()}"
        return sentence

    def __repr__(self) -> str:
        return f"<Results of {len(self)} candidates on {len(self._splits)} splits>"

    def _repr_html_(self) -> str:
        return candidates_html(self._rows(), self._names(), self.metric) + note(self._sentence())
