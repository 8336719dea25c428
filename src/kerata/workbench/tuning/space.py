"""What a search may try: each network's options with their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kerata.base.messages import did_you_mean
from kerata.workbench.networks.recipes import AUTO, RECIPES, recipe_for

USUAL = "usual"


class Range(Protocol):
    """Values an option may take."""

    def suggest(self, trial: Any, name: str) -> Any:
        """Let a trial choose one."""


@dataclass(frozen=True)
class Real:
    """A number from ``low`` to ``high``; ``log`` where its size matters, not its distance."""

    low: float
    high: float
    log: bool = False

    def suggest(self, trial: Any, name: str) -> float:
        """Let a trial choose one, with as many digits as anybody would write."""
        value = trial.suggest_float(name, self.low, self.high, log=self.log)
        return float(f"{value:.3g}")


@dataclass(frozen=True)
class Integer:
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int
    log: bool = False

    def suggest(self, trial: Any, name: str) -> int:
        """Let a trial choose one."""
        return int(trial.suggest_int(name, self.low, self.high, log=self.log))


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    def suggest(self, trial: Any, name: str) -> Any:
        """Let a trial choose one; the study's file holds them as text."""
        texts = {_text(value): value for value in self.values}
        return texts[trial.suggest_categorical(name, list(texts))]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


Space = dict[str, Range]

_DROPOUT = Real(0.0, 0.6)
_RATE = Real(3e-4, 1e-2, log=True)
_DECAY = Real(1e-6, 1e-2, log=True)
_UNITS = Choice(((32,), (64,), (128,), (64, 64), (128, 128), (256, 256), (256, 128, 64)))
_RANKED = Choice((False, True))
_WORDS: Space = {"ngrams": Integer(1, 3), "least": Integer(1, 10)}
_KERNEL = {"learning_rate": Real(3e-3, 0.1, log=True)}

# Options by network: those of the builder, of the preparation and of the training.
SPACES: dict[str, Space] = {
    "linear": {**_KERNEL, "l2": Real(1e-7, 1e-2, log=True)},
    "pretrained": {**_KERNEL, "l2": Real(1e-5, 1e-1, log=True)},
    "mlp": {
        "units": _UNITS,
        "dropout": _DROPOUT,
        "learning_rate": _RATE,
        "weight_decay": _DECAY,
    },
    "wide-deep": {
        "units": _UNITS,
        "vectors": Choice((4, 8, 16)),
        "dropout": _DROPOUT,
        "learning_rate": _RATE,
        "ranked": _RANKED,
    },
    "table": {
        "units": Choice(((64, 64), (128,), (128, 128), (128, 128, 128), (256, 256))),
        "ensemble": Choice((8, 16, 32)),
        "vectors": Choice((2, 4, 8, 16)),
        "frequencies": Choice((8, 16, 32)),
        "sigma": Real(0.05, 10.0, log=True),
        "dropout": _DROPOUT,
        "learning_rate": Real(3e-4, 4e-3, log=True),
        "weight_decay": _DECAY,
        "ranked": _RANKED,
    },
    "bag-of-words": {
        **_WORDS,
        "weights": Choice(("naive-bayes", "tfidf", "binary")),
        "learning_rate": Real(3e-3, 0.05, log=True),
        "l2": Real(1e-8, 1e-4, log=True),
    },
    "tfidf": {**_WORDS, **_KERNEL, "l2": Real(1e-6, 1e-2, log=True)},
    "embeddings": {
        "vectors": Choice((16, 32, 64, 128)),
        "units": Choice((16, 32, 64, 128)),
        "dropout": _DROPOUT,
        "learning_rate": _RATE,
        "most": Choice((5_000, 10_000, 20_000, 40_000)),
    },
    "text-cnn": {
        "vectors": Choice((32, 64, 128)),
        "filters": Choice((32, 64, 128)),
        "width": Integer(2, 7),
        "dropout": _DROPOUT,
        "learning_rate": _RATE,
        "most": Choice((5_000, 10_000, 20_000, 40_000)),
    },
    "cnn": {
        "filters": Choice((16, 32, 48)),
        "units": Choice((32, 64, 128)),
        "dropout": _DROPOUT,
        "learning_rate": _RATE,
    },
    "cnn-bn": {
        "filters": Choice((8, 16, 24)),
        "units": Choice((64, 128, 256)),
        "dropout": _DROPOUT,
        "augment": Real(0.0, 1.5),
        "learning_rate": _RATE,
    },
    "airbench": {
        "widths": Choice(((32, 96, 128), (48, 128, 192), (64, 256, 256))),
        "smoothing": Real(0.0, 0.3),
        "shift": Integer(0, 4),
        "cutout": Choice((0, 8, 12)),
        "learning_rate": Real(0.2, 1.5, log=True),
    },
}
# Options by kind of data, besides those of the network itself.
MORE: dict[tuple[str, str], Space] = {
    ("linear", "table"): {"ranked": _RANKED},
    ("mlp", "table"): {"ranked": _RANKED},
    ("linear", "texts"): dict(_WORDS),
    ("mlp", "texts"): dict(_WORDS),
}
BATCHES = Choice((0.5, 1, 2))


def candidates(
    wanted: tuple[str, ...], kind: str, task: Any, rows: int, side: int = 0
) -> tuple[str, ...]:
    """Give the networks to try, what ``auto`` would take first.

    Arguments:
        wanted: names; all that fit the data if there are none.
        kind: of the data.
        task: what is predicted.
        rows: training rows.
        side: of images, the shorter one in pixels.

    Raises:
        ValueError: an unknown name, a network for other data, one of one's own (its options
            are not known).
    """
    for name in wanted:
        if name not in SPACES:
            raise ValueError(
                f"There is no range to search for the network {name!r}. "
                f"{did_you_mean(name, list(SPACES))}"
            )
        recipe_for(name, kind, task, rows)
    fitting = wanted or tuple(name for name, recipe in RECIPES.items() if kind in recipe.kinds)
    if wanted or kind not in AUTO:
        return fitting
    first = recipe_for("auto", kind, task, rows, side)[0]
    # What only photos are worth is tried with them alone.
    return (first, *(name for name in fitting if name not in (first, "pretrained")))


def suggest(trial: Any, networks: tuple[str, ...], kind: str, batch: int) -> tuple[str, dict]:
    """Let a trial choose a network and its options.

    Arguments:
        trial: Optuna's.
        networks: names to choose from.
        kind: of the data.
        batch: the usual rows in a step.

    Returns:
        The network's name and its options; none for a trial that takes it as it is.
    """
    network = trial.suggest_categorical("network", list(networks))
    if trial.user_attrs.get(USUAL):
        return network, {}
    space: Mapping[str, Range] = SPACES[network] | MORE.get((network, kind), {})
    options = {name: found.suggest(trial, f"{network} {name}") for name, found in space.items()}
    times = BATCHES.suggest(trial, "batch_size")
    return network, options | {"batch_size": max(1, int(batch * times))}
