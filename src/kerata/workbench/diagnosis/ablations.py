"""Short trainings that show what helps against overfitting."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from kerata import layers, regularizers
from kerata.base.randomness import seeded
from kerata.models import clone_model
from kerata.workbench.core.learning_curves import best_epoch
from kerata.workbench.core.wording import number
from kerata.workbench.diagnosis.context import DiagnosisContext
from kerata.workbench.diagnosis.split_data import SplitData
from kerata.workbench.splitting.split import held_out

# So many epochs each, or as many as the history has, if those are fewer.
_EPOCHS = 40
_L2 = 1e-3
_DROPOUT = 0.4
_HIDDEN = ("Dense", "Conv1D", "Conv2D", "Conv3D")


def helps(context: DiagnosisContext) -> tuple[dict[str, float], str]:
    """Train untrained copies of the network, each changed in one respect, and compare.

    Returns:
        The held-out loss of each after the last epoch, and a sentence.
    """
    train, held = _splits(context)
    epochs = min(_EPOCHS, max(5, len((context.history or {}).get("loss", [])) or _EPOCHS))
    model = context.model

    def run(change: Callable[[Any], Any], share: float = 1.0) -> list[float]:
        rows = train[: max(1, int(share * len(train)))]
        part = context.train
        assert part is not None
        with seeded(context.seed):
            fresh = context.fresh_model(change(model))
            # Equal steps, not equal epochs: fewer rows are seen more often.
            history = fresh.fit(
                part.inputs(rows),
                part.targets(rows),
                epochs=math.ceil(epochs / share),
                validation_data=(held[0].inputs(held[1]), held[0].targets(held[1])),
                verbose=0,
            )
        return [float(v) for v in history.history["val_loss"]]

    plain = run(clone_model)
    found = {"as it is": plain[-1]}
    best = best_epoch(plain)
    if best is not None:
        found[f"stopping at epoch {best}"] = plain[best - 1]
    found["half the units"] = run(_smaller)[-1]
    found["L2"] = run(_with_l2)[-1]
    if _can_drop(model):
        found["dropout"] = run(_with_dropout)[-1]
    found["half the rows"] = run(clone_model, 0.5)[-1]
    return found, _sentence(found, epochs)


def _splits(context: DiagnosisContext) -> tuple[np.ndarray, tuple[SplitData, np.ndarray]]:
    """Give numbers of training rows in random order, and held-out rows."""
    assert context.train is not None
    rng = np.random.default_rng(context.seed)
    if context.held is not None and not context.held_is_train:
        return rng.permutation(context.train.chosen), (context.held, context.held.chosen)
    kept, out = held_out(np.zeros(len(context.train.chosen)), 0.25, context.seed)
    return rng.permutation(context.train.chosen[kept]), (context.train, context.train.chosen[out])


def _sentence(found: dict[str, float], epochs: int) -> str:
    plain = found["as it is"]
    changes = {n: v for n, v in found.items() if n not in ("as it is", "half the rows")}
    listed = ", ".join(f"{name} {number(value)}" for name, value in changes.items())
    name, value = min(changes.items(), key=lambda pair: pair[1])
    message = (
        f"In a trial of {epochs} epochs, one run each, the held-out loss was {number(plain)} as it "
        f"is; {listed}. "
    )
    message += f"Most helped: {name}." if value < plain else "None of these helped."
    half = found["half the rows"]
    if half > plain:
        message += (
            f" With half the rows it was {number(half)}, so more rows help: doubling them took "
            f"{100 * (1 - plain / half):.0f}% off."
        )
    return message


def _hidden(model: Any) -> list[Any]:
    """Give the layers whose width may change: all but the one that makes the outputs."""
    last = {id(t.node.operation) for t in model._graph.outputs}
    return [
        layer for layer in model.layers if type(layer).__name__ in _HIDDEN and id(layer) not in last
    ]


def _changed(model: Any, change: Callable[[dict[str, Any]], None]) -> Any:
    """Build a model like another, with the configs of its hidden layers changed."""
    if model._graph is None:
        return clone_model(model)
    names = {layer.name for layer in _hidden(model)}
    config = model.get_config()
    for entry in config["layers"]:
        # Behind a narrower layer the shapes of before are wrong; layers are built as they are met.
        entry.pop("build_config", None)
        if entry["config"].get("name") in names:
            change(entry["config"])
    return type(model).from_config(config)


def _smaller(model: Any) -> Any:
    def halve(config: dict[str, Any]) -> None:
        name = "units" if "units" in config else "filters"
        config[name] = max(1, config[name] // 2)

    return _changed(model, halve)


def _with_l2(model: Any) -> Any:
    def punish(config: dict[str, Any]) -> None:
        config["kernel_regularizer"] = regularizers.serialize(regularizers.L2(_L2))

    return _changed(model, punish)


def _can_drop(model: Any) -> bool:
    return type(model).__name__ == "Sequential" and model._graph is not None


def _with_dropout(model: Any) -> Any:
    fresh = clone_model(model)
    hidden = {layer.name for layer in _hidden(model)}
    stack: list[Any] = [layers.Input(model.input_shape[1:], dtype=model.inputs[0].dtype)]
    for layer in fresh.layers:
        stack.append(layer)
        if layer.name in hidden:
            stack.append(layers.Dropout(_DROPOUT))
    return type(model)(stack)
