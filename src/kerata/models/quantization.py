"""Quantizing all layers of a model that can be."""

from __future__ import annotations

import re
from typing import Any

from kerata.base.messages import warn
from kerata.layers.layer import Layer
from kerata.quantizers.configs import resolved_config


def quantize_layers(model: Any, mode: Any, config: Any, filters: Any, type_check: bool) -> None:
    """Quantize the layers of a model, those inside other layers too.

    Layers that can't be stay as they are; those of them that have weights are named in a warning.

    Arguments:
        model: built model.
        mode, config: see ``Layer.quantize``.
        filters: regular expression that a layer's name must contain, a list of them, or a function
            from a layer to a bool; None for all layers.
        type_check: whether layers of the user's classes are left as they are.

    Raises:
        ValueError: a layer that is not built or is quantized already; nothing is changed then.
        NotImplementedError: GPTQ and AWQ.
    """
    given = mode, config
    config = resolved_config(*given)
    if config.mode in ("gptq", "awq"):
        raise NotImplementedError(
            f"Model {model.name!r}: Kerata does not run {config.mode.upper()}, which chooses "
            "integers by calibration data; quantize('int8') and quantize('int4') need none."
        )
    inner = [layer for layer in model._flatten_layers() if _is_alone(layer)]
    chosen = [layer for layer in inner if _fits(layer, filters)]
    able = [layer for layer in chosen if _is_able(layer, config.mode, type_check)]
    for layer in able:
        if not layer.built:
            raise ValueError(
                f"Layer {layer.name!r} ({type(layer).__name__}) is not built yet: call model "
                f"{model.name!r} on data or give it an input shape before you quantize it."
            )
        if layer._is_quantized:
            raise ValueError(
                f"Layer {layer.name!r} ({type(layer).__name__}) is quantized already: its policy "
                f"is {layer._policy_here.name!r}."
            )
    for layer in able:
        layer.quantize(given[0], config=given[1], type_check=type_check)
    left = [x for x in chosen if x.weights and not any(x is layer for layer in able)]
    if left:
        names = ", ".join(f"{layer.name!r} ({type(layer).__name__})" for layer in left)
        message = f"These layers can't be quantized as {config.mode} and stay as they are: {names}."
        warn(message, stacklevel=3)


def _is_alone(layer: Any) -> bool:
    return isinstance(layer, Layer) and len(list(layer._flatten_layers())) == 1


def _is_able(layer: Any, mode: str, type_check: bool) -> bool:
    if type(layer).quantize is not Layer.quantize:
        return True  # a method of the user's
    return mode in layer.modes and (not type_check or layer._computes_as_its_base)


def _fits(layer: Any, filters: Any) -> bool:
    if filters is None:
        return True
    if isinstance(filters, str):
        return re.search(filters, layer.name) is not None
    if isinstance(filters, (list, tuple)):
        return any(re.search(pattern, layer.name) for pattern in filters)
    if callable(filters):
        return bool(filters(layer))
    raise ValueError(
        "quantize: filters must be a regular expression, a list of them or a function, got "
        f"{filters!r}."
    )
