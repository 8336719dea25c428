"""What to do, in the words of whoever asks: of a Keras program, or of the command line.

A check names a remedy; the tables here have its text. ``kerata.diagnose`` answers a program
that built its model itself; the workbench answers somebody who can only change options of
``kerata train``, and who knows classes by their names and rows by those of a file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerata.workbench.core.wording import number

# The remedies of a Keras program; braces are filled by the check.
KERAS = {
    "scale inputs": (
        "Scale them with what the training rows say: layers.Normalization with adapt(x_train) in "
        "front, or divide images by 255 (layers.Rescaling(1 / 255))."
    ),
    "scale targets": (
        "Train on (y - mean) / deviation of the training targets, and turn predictions back."
    ),
    "one unit": "Use activation='sigmoid' for two classes, or none for amounts.",
    "free range": "Take the last activation away, or scale the targets into its range.",
    "one of two": "Take one of the two away.",
    "last activation": "Use activation={wanted!r} in the last layer.",
    "tenth of the rate": (
        "Divide the learning rate by ten, and look where kerata.find_learning_rate leads."
    ),
    "set the rate": "Set the learning rate to {rate}.",
    "higher rate": "Try a learning rate ten times higher, or more epochs.",
    "other answers": (
        "Train again with a lower learning rate and scaled inputs, and check that the last "
        "activation fits the loss."
    ),
    "learn at all": (
        "Check that each target belongs to its row, then try learning rates ten times higher and "
        "lower (kerata.find_learning_rate) and more epochs."
    ),
    "larger": "Give it more units or layers, train longer, or take away dropout and penalties.",
    "keep the best epoch": (
        "Keep epoch {epoch} (callbacks.EarlyStopping(patience=5, restore_best_weights=True)). Try "
        "a smaller network, L2, dropout or more training rows."
    ),
    "smaller": "Try a smaller network, L2, dropout or more training rows.",
    "living units": (
        "Lower the learning rate and train again; if they die again, scale the inputs or use "
        "leaky_relu or gelu."
    ),
    "unsaturated units": (
        "Scale the inputs, start from smaller weights (glorot_uniform), put BatchNormalization "
        "before the activation, or use relu."
    ),
    "stronger gradients": (
        "Use relu instead of sigmoid or tanh, he_normal weights, BatchNormalization between the "
        "layers, or connections past them (layers.Add)."
    ),
    "fresh weights": "Start from fresh weights with a learning rate ten times lower, or "
    "clipnorm=1.",
    "weaker gradients": (
        "Start from smaller weights (he_normal), put BatchNormalization between the layers, and "
        "clip gradients (clipnorm=1)."
    ),
    "wider": "Give it at least {classes} units, as many as there are classes.",
    "less certain": (
        "Don't read its probabilities as such; stop training earlier, add L2 or dropout, or "
        "smooth the labels (label_smoothing=0.1)."
    ),
    "take shared rows out": (
        "Take them out of the {part} rows, and make splits by groups of equal rows."
    ),
    "drop duplicates": (
        "Drop duplicate rows before splitting, unless equal rows are truly new cases."
    ),
    "shuffle": (
        "Shuffle the rows before splitting (validation_split takes the last ones), and prepare "
        "all splits with the numbers of the training rows."
    ),
    "train again": (
        "What comes later is unlike what was learned: train again as new rows come, and predict "
        "changes or ratios instead of levels that go on rising."
    ),
    "look at labels": (
        "Look at the rows that contradict most of their neighbours ({count} of {rows}; row "
        "numbers {shown}, ...)."
    ),
    "weigh classes": (
        "Judge it by balanced accuracy or recall, not by accuracy; weigh the classes "
        "(class_weight={{{rarest}: {times}.0}}) or collect rows."
    ),
    "test on more rows": (
        "Compare networks on the same rows, row by row, by cross-validation over all rows and "
        "several seeds, or test on {rows} rows."
    ),
}

# The remedies of the command line; where one is missing, no network of the workbench has the fault.
WORKBENCH = {
    "scale inputs": "Let numbers be transformed by their quantiles: --option ranked=True.",
    "scale targets": "",
    "tenth of the rate": "Lower the learning rate: --option learning_rate={tenth}.",
    "set the rate": "Set the learning rate: --option learning_rate={rate}.",
    "higher rate": "Raise the learning rate (--option learning_rate={tenfold}), or allow more "
    "epochs (--epochs).",
    "other answers": "Lower the learning rate: --option learning_rate={tenth}.",
    "learn at all": (
        "Check that each target belongs to its row, and look for columns that tell more; kerata "
        "tune tries other networks and learning rates."
    ),
    "larger": "Try a larger network: kerata tune looks for one.",
    "keep the best epoch": "{smaller}",
    "smaller": "{smaller}",
    "living units": "Lower the learning rate: --option learning_rate={tenth}.",
    "unsaturated units": "Lower the learning rate: --option learning_rate={tenth}.",
    "stronger gradients": "Try a network with fewer layers: --option units=64,64.",
    "fresh weights": "Lower the learning rate: --option learning_rate={tenth}.",
    "weaker gradients": "Lower the learning rate: --option learning_rate={tenth}.",
    "wider": "Make it wider (--option units): at least {classes}, as many as there are classes.",
    "less certain": "Don't read its probabilities as such. {smaller}",
    "take shared rows out": (
        "Drop them from the data, or name the column that such rows share: --group COLUMN."
    ),
    "drop duplicates": "Drop duplicate rows, unless equal rows are truly new cases.",
    "shuffle": "Other seeds divide the rows otherwise (--seed 1); more rows would even them out.",
    "train again": (
        "What comes later is unlike what was learned: train again as new rows come, and predict "
        "changes or ratios instead of levels that go on rising."
    ),
    "look at labels": (
        "Look at the rows that contradict most of their neighbours ({count} of {rows}; of the rows "
        "with a target, counted from 1, numbers {shown}, ...)."
    ),
    "weigh classes": (
        "Judge it by balanced accuracy or recall, not by accuracy; let rare classes weigh as much "
        "as frequent ones (--balance), or collect rows of {name}."
    ),
    "test on more rows": (
        "Collect more rows to make the figures surer; kerata compare tells two runs apart by the "
        "rows that both were tested on."
    ),
}
# What makes a network of the workbench smaller, by the option that its builder must take.
_SMALLER_TEXTS = (
    ("units", "a smaller network (--option units={units})"),
    ("filters", "fewer filters (--option filters={filters})"),
    ("dropout", "more dropout (--option dropout={dropout})"),
    ("l2", "a penalty on large weights (--option l2={l2})"),
    ("weight_decay", "more weight decay (--option weight_decay={weight_decay})"),
    ("augment", "stronger augmentation (--option augment={augment})"),
)
_MOST_REMEDIES = 2


@dataclass(frozen=True)
class Terms:
    """In which words a diagnosis says what to do.

    Arguments:
        texts: the text of each remedy.
        classes: names of the classes; their numbers by default.
        rows: of which numbers the training rows are in their file, counted from 1; their own
            numbers by default.
        keeps_best: whether training gave back the weights of its best epoch.
        prepared: whether inputs and targets were scaled by what made the network.
        balanced: whether classes were weighed inversely to their frequency.
        options: of the network, by name, with their values.
    """

    texts: Mapping[str, str] = field(default_factory=lambda: KERAS)
    classes: Sequence[str] = ()
    rows: np.ndarray | None = None
    keeps_best: bool = False
    prepared: bool = False
    balanced: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def remedy(self, name: str, /, using: float | None = None, **values: Any) -> str:
        """Give the text of a remedy; '' where there is none in these terms.

        Arguments:
            name: of the remedy.
            using: the learning rate in use, if it is known.
            **values: what the text names.

        >>> Terms().remedy("set the rate", rate="0.01")
        'Set the learning rate to 0.01.'
        """
        tenth = tenfold = "..."
        using = using or self.options.get("learning_rate")
        if isinstance(using, float):
            tenth, tenfold = number(using / 10, 2), number(using * 10, 2)
        given = {"tenth": tenth, "tenfold": tenfold, "smaller": self._smaller()}
        return self.texts.get(name, KERAS[name]).format(**{**given, **values}).strip()

    def weigh(self, labels: np.ndarray) -> str:
        """Say how to let rare classes weigh more; '' if they do already.

        Arguments:
            labels: class number of each training row.
        """
        counts = np.bincount(labels)
        present = np.flatnonzero(counts)
        rarest = int(present[counts[present].argmin()])
        if self.balanced:
            return ""
        times = f"{counts.max() / counts[rarest]:.0f}"
        return self.remedy(
            "weigh classes", rarest=rarest, times=times, name=self.class_name(rarest)
        )

    def class_name(self, place: int) -> str:
        """Give what to call a class: its number for programs, else its name in quotes."""
        return repr(self.classes[place]) if self.classes else str(place)

    def row_name(self, row: int) -> int:
        """Give the number of a training row as whoever asks knows it."""
        return row if self.rows is None else int(self.rows[row]) + 1

    def _smaller(self) -> str:
        """List what makes this network smaller or smoother."""
        found = []
        for name, text in _SMALLER_TEXTS:
            change = SMALLER[name]
            if name in self.options and (value := change(self.options[name])) is not None:
                found.append(text.format(**{name: value}))
        listed = ", ".join([*found[:_MOST_REMEDIES], ""]).rstrip(", ")
        return f"Try {listed}, or collect more rows." if found else "Collect more rows."


def workbench_terms(
    build: Callable[..., Any] | None,
    task: Any,
    options: Mapping[str, Any],
    rows: np.ndarray | None = None,
    *,
    balanced: bool = False,
) -> Terms:
    """Give the words for a network that the workbench built.

    Arguments:
        build: its builder; None for a network of one's own, which is a Keras program.
        task: what is predicted.
        options: that were asked for.
        rows: numbers of the training rows.
        balanced: whether classes were weighed.
    """
    if build is None:
        return Terms(KERAS, task.classes, rows, keeps_best=True, balanced=balanced)
    known = known_options(build, options)
    return Terms(WORKBENCH, task.classes, rows, True, True, balanced, known)


def known_options(build: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options of a network's builder with their values: those given, else the defaults.

    Arguments:
        build: the builder.
        options: that were given.
    """
    return {
        name: options.get(name, parameter.default)
        for name, parameter in inspect.signature(build).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }


def _halved(value: Any) -> str | None:
    widths = value if isinstance(value, (tuple, list)) else (value,)
    if not all(isinstance(width, int) and width >= 4 for width in widths):
        return None
    return ",".join(str(width // 2) for width in widths)


def _more(least: float, most: float, times: float = 2.0) -> Callable[[Any], str | None]:
    """Give a function that multiplies a number, or takes the least that works where it is 0."""

    def change(value: Any) -> str | None:
        if not isinstance(value, (int, float)) or value >= most:
            return None
        return number(min(times * value, most) if value else least, 2)

    return change


# What makes a network smaller or smoother: its option's value made so; None where it can't be.
SMALLER: dict[str, Callable[[Any], str | None]] = {
    "units": _halved,
    "filters": _halved,
    "dropout": _more(0.2, 0.5),
    "l2": _more(0.001, 0.1, 10.0),
    "weight_decay": _more(0.001, 0.1, 10.0),
    "augment": _more(1.0, 1.5),
}
