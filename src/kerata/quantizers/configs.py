"""How a layer is to be quantized: the mode, and what rounds weights and inputs."""

from __future__ import annotations

from typing import Any, Self

from kerata.base.messages import did_you_mean
from kerata.base.registry import deserialize, serialize
from kerata.dtype_policies.quantized import QUANTIZATION_MODES
from kerata.quantizers.quantizer import AbsMaxQuantizer


class QuantizationConfig:
    """Base of the configs that ``quantize`` takes.

    Arguments:
        weight_quantizer: ``Quantizer`` for weights; None (the mode's own) by default.
        activation_quantizer: ``Quantizer`` for inputs; None leaves them floats.
    """

    def __init__(self, weight_quantizer: Any = None, activation_quantizer: Any = None) -> None:
        self.weight_quantizer = weight_quantizer
        self.activation_quantizer = activation_quantizer

    @property
    def mode(self) -> str:
        """The mode's name, such as ``'int8'``."""
        raise NotImplementedError(
            "QuantizationConfig is only a base: take Int8QuantizationConfig or another of its kind."
        )

    @property
    def policy_prefix(self) -> str:
        """What names of dtype policies begin with."""
        return self.mode

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the config."""
        return {
            "weight_quantizer": serialize(self.weight_quantizer),
            "activation_quantizer": serialize(self.activation_quantizer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild a config from what ``get_config`` gave."""
        return cls(**{name: deserialize(value) for name, value in config.items()})

    @staticmethod
    def weight_quantizer_or_default(config: Any, default: Any) -> Any:
        """Give a config's quantizer for weights, or another where it has none."""
        own = None if config is None else config.weight_quantizer
        return default if own is None else own

    @staticmethod
    def activation_quantizer_or_default(config: Any, default: Any) -> Any:
        """Give a config's quantizer for inputs, which may be None, or another without a config."""
        return default if config is None else config.activation_quantizer


class Int8QuantizationConfig(QuantizationConfig):
    """Weights in 8 bits with a scale a column; inputs too, with a scale a row.

    Arguments:
        weight_quantizer: ``Quantizer`` for weights; None (absolute maximum) by default.
        activation_quantizer: ``Quantizer`` for inputs; absolute maximum by default, None leaves
            them floats.

    Raises:
        ValueError: a quantizer of weights that does not give int8.

    >>> Int8QuantizationConfig().mode
    'int8'
    """

    def __init__(self, weight_quantizer: Any = None, activation_quantizer: Any = "default") -> None:
        if isinstance(activation_quantizer, str) and activation_quantizer == "default":
            activation_quantizer = AbsMaxQuantizer()
        super().__init__(weight_quantizer, activation_quantizer)
        _check_int8(self)

    @property
    def mode(self) -> str:
        """``'int8'``."""
        return "int8"


class Int4QuantizationConfig(QuantizationConfig):
    """Weights in 4 bits, in groups with scales and zero points of their own, or a scale a column.

    Arguments:
        weight_quantizer: ``Quantizer`` for weights without groups; None (absolute maximum) by
            default.
        activation_quantizer: ``Quantizer`` for inputs without groups; they stay floats by default.
        block_size: int, weights of a group; None or -1 for a scale a column; 128 by default.

    Raises:
        ValueError: a block size of 0 or below -1; quantizers together with groups; a quantizer of
            weights that does not give int8 from -8 to 7.

    >>> Int4QuantizationConfig().block_size
    128
    """

    def __init__(
        self,
        weight_quantizer: Any = None,
        activation_quantizer: Any = "default",
        block_size: int | None = 128,
    ) -> None:
        if isinstance(activation_quantizer, str) and activation_quantizer == "default":
            activation_quantizer = None
        super().__init__(weight_quantizer, activation_quantizer)
        if block_size is not None and block_size != -1 and block_size <= 0:
            raise ValueError(
                "Int4QuantizationConfig: block_size must be None, -1 or a positive integer, got "
                f"block_size={block_size!r}."
            )
        self.block_size = block_size
        if self.grouped and (weight_quantizer is not None or activation_quantizer is not None):
            raise ValueError(
                "Int4QuantizationConfig: groups have no quantizers of one's own: leave the "
                f"quantizers out, or set block_size=None; got block_size={block_size}."
            )
        if weight_quantizer is not None and tuple(weight_quantizer.value_range) != (-8, 7):
            raise ValueError(
                "Int4QuantizationConfig: weight_quantizer must have value_range=(-8, 7), got "
                f"{weight_quantizer.value_range}."
            )
        _check_int8(self)

    @property
    def grouped(self) -> bool:
        """Whether weights lie in groups."""
        return self.block_size is not None and self.block_size > 0

    @property
    def mode(self) -> str:
        """``'int4'``."""
        return "int4"

    @property
    def policy_prefix(self) -> str:
        """The mode with the block size, ``'int4/128'``."""
        return f"int4/{-1 if self.block_size is None else self.block_size}"

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the config."""
        return super().get_config() | {"block_size": self.block_size}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild a config; those from before there were groups have no block size."""
        return super().from_config({"block_size": None, **config})


class Float8QuantizationConfig(QuantizationConfig):
    """Products of 8-bit floats, in training too; there is nothing to choose.

    >>> Float8QuantizationConfig().mode
    'float8'
    """

    def __init__(self) -> None:
        super().__init__()

    @property
    def mode(self) -> str:
        """``'float8'``."""
        return "float8"

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the config: none."""
        return {}


def _check_int8(config: QuantizationConfig) -> None:
    quantizer = config.weight_quantizer
    if quantizer is not None and quantizer.output_dtype != "int8":
        raise ValueError(
            f"{type(config).__name__}: weight_quantizer must have output_dtype='int8', got "
            f"{quantizer.output_dtype!r}."
        )


_DEFAULTS: dict[str, type[QuantizationConfig]] = {
    "int8": Int8QuantizationConfig,
    "int4": Int4QuantizationConfig,
    "float8": Float8QuantizationConfig,
}


def resolved_config(mode: Any, config: Any) -> QuantizationConfig:
    """Give the config that ``quantize(mode, config)`` asks for.

    Raises:
        ValueError: neither of the two, both and they contradict each other, an unknown mode, or
            something that is no config.

    >>> resolved_config("int8", None).mode
    'int8'
    """
    if isinstance(config, str):
        mode, config = config, None
    if isinstance(mode, QuantizationConfig):
        mode, config = None, mode
    if mode is not None and mode not in QUANTIZATION_MODES:
        raise ValueError(
            f"quantize: unknown mode {mode!r}. {did_you_mean(str(mode), QUANTIZATION_MODES)}"
        )
    if config is None:
        if mode is None:
            raise ValueError("quantize needs a mode, such as 'int8', or a config.")
        if mode not in _DEFAULTS:
            kind = "GPTQConfig" if mode == "gptq" else "AWQConfig"
            raise ValueError(f"quantize({mode!r}) needs a config: pass config={kind}(...).")
        return _DEFAULTS[mode]()
    if not isinstance(config, QuantizationConfig):
        raise ValueError(
            f"quantize: config must be a QuantizationConfig, got {config!r} of type "
            f"{type(config).__name__}."
        )
    if mode not in (None, config.mode):
        raise ValueError(f"quantize: mode={mode!r}, but the config is for {config.mode!r}.")
    return config
