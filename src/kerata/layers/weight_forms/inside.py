"""What configs say of quantized layers that another layer makes by itself."""

from __future__ import annotations

import re
from typing import Any

from kerata.dtype_policies import DTypePolicyMap
from kerata.quantizers.configs import QuantizationConfig, resolved_config


def policies_inside(layer: Any) -> DTypePolicyMap | None:
    """Give the policies of the quantized layers inside a layer by their paths; None without any.

    Raises:
        ValueError: a layer with quantizers of the user's, for which the config has no place.
    """
    quantized = [inner for inner in layer._flatten_layers() if inner._is_quantized]
    if not quantized or isinstance(layer.dtype_policy, DTypePolicyMap):
        return None
    policies = {}
    for inner in quantized:
        if _has_own_quantizers(inner.quantization_config):
            raise ValueError(
                f"Layer {inner.name!r} inside {layer.name!r} ({type(layer).__name__}) is quantized "
                "with quantizers of its own, for which the config has no place: save the weights "
                "alone, with save_weights()."
            )
        # Where the layer is read again, others may stand around it.
        key = f"(.*/)?{re.escape(layer.name)}/{re.escape(inner.name)}"
        policies[key] = inner.dtype_policy
    return DTypePolicyMap(layer.dtype_policy, policies)


def _has_own_quantizers(config: QuantizationConfig | None) -> bool:
    if config is None:
        return False
    usual = resolved_config(config.mode, None)
    names = ("weight_quantizer", "activation_quantizer")
    return any(_told(getattr(config, n)) != _told(getattr(usual, n)) for n in names)


def _told(quantizer: Any) -> Any:
    return None if quantizer is None else (type(quantizer), quantizer.get_config())
