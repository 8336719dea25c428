"""Configs of the methods that choose integers by what the network does with some data."""

from __future__ import annotations

from typing import Any

from kerata.quantizers.configs import QuantizationConfig


class _Calibrated(QuantizationConfig):
    """What both methods know: data, how many of them, and the size of groups."""

    def __init__(
        self,
        dataset: Any,
        tokenizer: Any,
        weight_bits: int,
        num_samples: int,
        sequence_length: int,
        group_size: int,
        quantization_layer_structure: dict[str, Any] | None,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        _check_positive(owner, num_samples=num_samples, sequence_length=sequence_length)
        if group_size < -1 or group_size == 0:
            raise ValueError(
                f"{owner}: group_size must be -1 or a positive integer, got {group_size!r}."
            )
        self.dataset = dataset
        self.tokenizer = tokenizer
        self.weight_bits = weight_bits
        self.num_samples = num_samples
        self.sequence_length = sequence_length
        self.group_size = group_size
        self.quantization_layer_structure = quantization_layer_structure

    def dtype_policy_string(self) -> str:
        """Give what names of dtype policies begin with, ``'gptq/4/128'``."""
        return f"{self.mode}/{self.weight_bits}/{self.group_size}"

    @property
    def policy_prefix(self) -> str:
        """The same."""
        return self.dtype_policy_string()

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the config, but for the data."""
        return {
            "dataset": None,
            "tokenizer": None,
            "weight_bits": self.weight_bits,
            "num_samples": self.num_samples,
            "sequence_length": self.sequence_length,
            "group_size": self.group_size,
            "quantization_layer_structure": self.quantization_layer_structure,
        }


class GPTQConfig(_Calibrated):
    """How GPTQ is to quantize; Kerata reads and writes it, but does not run GPTQ.

    Arguments:
        dataset: texts or arrays of token numbers.
        tokenizer: function from texts to token numbers.
        weight_bits: int, 2, 3, 4 (the default) or 8.
        num_samples: int, how many samples are used; 128 by default.
        per_channel: bool, whether each column has a scale; True by default.
        sequence_length: int, tokens of a sample; 512 by default.
        hessian_damping: float from 0 to 1, added to the Hessian's diagonal; 0.01 by default.
        group_size: int, weights with one scale, -1 for a whole column; 128 by default.
        symmetric: bool, whether 0 is in the middle of the range; False by default.
        activation_order: bool, whether columns go by their importance; False by default.
        quantization_layer_structure: dictionary with the model's blocks; None by default.

    Raises:
        ValueError: other numbers.

    >>> GPTQConfig(None, None, weight_bits=8).dtype_policy_string()
    'gptq/8/128'

    Source: Frantar et al. 2023, GPTQ: Accurate post-training quantization for generative
    pre-trained transformers.
    """

    def __init__(
        self,
        dataset: Any,
        tokenizer: Any,
        *,
        weight_bits: int = 4,
        num_samples: int = 128,
        per_channel: bool = True,
        sequence_length: int = 512,
        hessian_damping: float = 0.01,
        group_size: int = 128,
        symmetric: bool = False,
        activation_order: bool = False,
        quantization_layer_structure: dict[str, Any] | None = None,
    ) -> None:
        if weight_bits not in (2, 3, 4, 8):
            raise ValueError(
                f"GPTQConfig: weight_bits must be 2, 3, 4 or 8, got weight_bits={weight_bits!r}."
            )
        if not 0 <= hessian_damping <= 1:
            raise ValueError(
                "GPTQConfig: hessian_damping must be from 0 to 1, got "
                f"hessian_damping={hessian_damping!r}."
            )
        super().__init__(
            dataset,
            tokenizer,
            weight_bits,
            num_samples,
            sequence_length,
            group_size,
            quantization_layer_structure,
        )
        self.per_channel = per_channel
        self.hessian_damping = hessian_damping
        self.symmetric = symmetric
        self.activation_order = activation_order

    @property
    def mode(self) -> str:
        """``'gptq'``."""
        return "gptq"

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the config, but for the data."""
        return super().get_config() | {
            "per_channel": self.per_channel,
            "hessian_damping": self.hessian_damping,
            "symmetric": self.symmetric,
            "activation_order": self.activation_order,
        }


class AWQConfig(_Calibrated):
    """How AWQ is to quantize; Kerata reads and writes it, but does not run AWQ.

    Arguments:
        dataset: texts or arrays of token numbers.
        tokenizer: function from texts to token numbers.
        weight_bits: int, only 4.
        num_samples: int, how many samples are used; 128 by default.
        sequence_length: int, tokens of a sample; 512 by default.
        group_size: int, weights with one scale, -1 for a whole column; 128 by default.
        num_grid_points: int, how many scales are tried; 20 by default.
        quantization_layer_structure: dictionary with the model's blocks; None by default.

    Raises:
        ValueError: other numbers.

    >>> AWQConfig(None, None).dtype_policy_string()
    'awq/4/128'

    Source: Lin et al. 2024, AWQ: Activation-aware weight quantization (arXiv:2306.00978).
    """

    def __init__(
        self,
        dataset: Any,
        tokenizer: Any,
        *,
        weight_bits: int = 4,
        num_samples: int = 128,
        sequence_length: int = 512,
        group_size: int = 128,
        num_grid_points: int = 20,
        quantization_layer_structure: dict[str, Any] | None = None,
    ) -> None:
        if weight_bits != 4:
            raise ValueError(f"AWQConfig: weight_bits must be 4, got weight_bits={weight_bits!r}.")
        _check_positive("AWQConfig", num_grid_points=num_grid_points)
        super().__init__(
            dataset,
            tokenizer,
            weight_bits,
            num_samples,
            sequence_length,
            group_size,
            quantization_layer_structure,
        )
        self.num_grid_points = num_grid_points

    @property
    def mode(self) -> str:
        """``'awq'``."""
        return "awq"

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the config, but for the data."""
        return super().get_config() | {"num_grid_points": self.num_grid_points}


def _check_positive(owner: str, **numbers: int) -> None:
    for name, value in numbers.items():
        if value <= 0:
            raise ValueError(f"{owner}: {name} must be a positive integer, got {name}={value!r}.")
