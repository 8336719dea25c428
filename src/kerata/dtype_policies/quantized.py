"""Policies of layers whose weights are kept in fewer bits."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata.base.dtypes import DTypePolicy, dtype_policy

QUANTIZATION_MODES = ("int8", "float8", "int4", "gptq", "awq")


class QuantizedDTypePolicy(DTypePolicy):
    """The types of a quantized layer: those of another policy, and how its weights are kept.

    Arguments:
        mode: ``'int8'``, ``'int4'`` or ``'float8'``.
        source_name: name of the policy for arithmetic and other weights; the global one by default.

    Raises:
        ValueError: an unknown mode; ``'int8'`` with arithmetic in float16, whose range is too
            small for its sums.

    >>> policy = QuantizedDTypePolicy("int8", "mixed_bfloat16")
    >>> policy.name, policy.quantization_mode, policy.compute_dtype
    ('int8_from_mixed_bfloat16', 'int8', 'bfloat16')
    """

    def __init__(self, mode: str, source_name: str | None = None) -> None:
        source = dtype_policy().name if source_name is None else source_name
        super().__init__(source)
        if mode not in QUANTIZATION_MODES:
            raise ValueError(
                f"{type(self).__name__}: mode must be one of {', '.join(QUANTIZATION_MODES)}, "
                f"got mode={mode!r}."
            )
        check_mode(mode, self.compute_dtype)
        self._source_name = source
        self._quantization_mode = mode
        self._name = f"{mode}_from_{source}"

    @property
    def quantization_mode(self) -> str | None:
        """How weights are kept, such as ``'int8'``."""
        return self._quantization_mode

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the policy."""
        return {"mode": self._quantization_mode, "source_name": self._source_name}


def check_mode(mode: str, compute_dtype: str) -> None:
    """Refuse 8 bits with arithmetic in float16.

    Raises:
        ValueError: saying which policy to take.
    """
    if mode == "int8" and compute_dtype == "float16":
        raise ValueError(
            "int8 needs arithmetic in a type with a wider range than float16: make the layers "
            "with dtype='mixed_bfloat16' or 'float32' before they are quantized."
        )


class QuantizedFloat8DTypePolicy(QuantizedDTypePolicy):
    """The types of a layer that multiplies in 8-bit floats and can be trained.

    Arguments:
        mode: ``'float8'``.
        source_name: name of the policy for arithmetic and weights; the global one by default.
        amax_history_length: int, of how many steps the largest numbers are remembered; 1024 by
            default.

    Raises:
        TypeError: a length that is not an int.

    >>> QuantizedFloat8DTypePolicy("float8", "float32").amax_history_length
    1024
    """

    default_amax_history_length = 1024

    def __init__(
        self, mode: str, source_name: str | None = None, amax_history_length: int = 1024
    ) -> None:
        super().__init__(mode, source_name)
        if not isinstance(amax_history_length, int):
            raise TypeError(
                "QuantizedFloat8DTypePolicy: amax_history_length must be an int, "
                f"got {amax_history_length!r}."
            )
        self._amax_history_length = amax_history_length

    @property
    def amax_history_length(self) -> int:
        """Of how many steps the largest numbers are remembered."""
        return self._amax_history_length

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the policy."""
        return super().get_config() | {"amax_history_length": self._amax_history_length}


class _Parametrized(QuantizedDTypePolicy):
    """A policy whose mode has numbers in it, ``'int4/128'``."""

    _form: ClassVar[str]

    def __init__(self, mode: str, source_name: str | None = None) -> None:
        parts = str(mode).split("/")
        wanted = self._form.split("/")
        if len(parts) != len(wanted) or parts[0] != wanted[0]:
            raise ValueError(
                f"{type(self).__name__}: mode must have the form {self._form!r}, got {mode!r}."
            )
        try:
            self._take(*map(int, parts[1:]))
        except ValueError as problem:
            why = str(problem) if "must" in str(problem) else "the numbers must be integers"
            raise ValueError(f"{type(self).__name__}: {why}, got {mode!r}.") from None
        super().__init__(parts[0], source_name)
        self.mode = parts[0]
        self._written = str(mode)
        self._name = f"{mode}_from_{self._source_name}"

    def _take(self, *numbers: int) -> None:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Give the arguments that rebuild the policy."""
        return super().get_config() | {"mode": self._written}


class Int4DTypePolicy(_Parametrized):
    """The types of a layer whose weights are kept in 4 bits, in groups with scales of their own.

    Arguments:
        mode: ``'int4/<block_size>'``, with -1 for one scale a column.
        source_name: name of the policy for arithmetic and other weights; the global one by default.

    Raises:
        ValueError: another form, or a block size that is 0 or below -1.

    >>> Int4DTypePolicy("int4/128", "float32").block_size
    128
    """

    _form = "int4/<block_size>"

    def _take(self, *numbers: int) -> None:
        (block_size,) = numbers
        _check_size("block_size", block_size)
        self.block_size = block_size


class GPTQDTypePolicy(_Parametrized):
    """The types of a layer that was quantized by GPTQ.

    Arguments:
        mode: ``'gptq/<weight_bits>/<group_size>'``, with 2, 3, 4 or 8 bits, and -1 for one group.
        source_name: name of the policy for arithmetic and other weights; the global one by default.

    Raises:
        ValueError: another form or other numbers.

    >>> GPTQDTypePolicy("gptq/4/128", "float32").weight_bits
    4

    Source: Frantar et al. 2023, GPTQ: Accurate post-training quantization for generative
    pre-trained transformers.
    """

    _form = "gptq/<weight_bits>/<group_size>"
    _bits: ClassVar[tuple[int, ...]] = (2, 3, 4, 8)

    def _take(self, *numbers: int) -> None:
        weight_bits, group_size = numbers
        if weight_bits not in self._bits:
            allowed = ", ".join(map(str, self._bits))
            raise ValueError(f"weight_bits must be one of {allowed}")
        _check_size("group_size", group_size)
        self.weight_bits, self.group_size = weight_bits, group_size


class AWQDTypePolicy(GPTQDTypePolicy):
    """The types of a layer that was quantized by AWQ.

    Arguments:
        mode: ``'awq/4/<group_size>'``, with -1 for one group.
        source_name: name of the policy for arithmetic and other weights; the global one by default.

    Raises:
        ValueError: another form or other numbers.

    >>> AWQDTypePolicy("awq/4/128", "float32").group_size
    128

    Source: Lin et al. 2024, AWQ: Activation-aware weight quantization.
    """

    _form = "awq/<weight_bits>/<group_size>"
    _bits = (4,)


def _check_size(name: str, size: int) -> None:
    if size < -1 or size == 0:
        raise ValueError(f"{name} must be -1 or a positive integer")


def policy_by_name(name: str) -> DTypePolicy:
    """Make the policy that a name describes, quantized or not.

    Raises:
        ValueError: no policy has such a name.

    >>> policy_by_name("int4/64_from_float32")
    <Int4DTypePolicy "int4/64_from_float32">
    """
    if not name.startswith(QUANTIZATION_MODES) or "_from_" not in name:
        # The name of a mode alone, and float8 types, are names of types or of nothing.
        return DTypePolicy(name)
    mode, _, source = name.partition("_from_")
    kinds: dict[str, type[QuantizedDTypePolicy]] = {
        "float8": QuantizedFloat8DTypePolicy,
        "gptq": GPTQDTypePolicy,
        "awq": AWQDTypePolicy,
    }
    if mode.startswith("int4/"):
        return Int4DTypePolicy(mode, source)
    return kinds.get(mode.partition("/")[0], QuantizedDTypePolicy)(mode, source)
