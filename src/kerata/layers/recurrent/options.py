"""Arguments that recurrent layers and their cells share, in Keras's order."""

from __future__ import annotations

from typing import Any

from kerata.base.signatures import Options
from kerata.layers.weight_options import WeightOptions, weight_defaults

_FIRST = {"kernel": "glorot_uniform", "recurrent": "orthogonal", "bias": "zeros"}
WEIGHTS = tuple(_FIRST)


class CellOptions(WeightOptions, total=False):
    """Keyword arguments of a cell, and with it every layer."""

    activation: Any
    use_bias: bool
    recurrent_initializer: Any
    recurrent_regularizer: Any
    recurrent_constraint: Any
    dropout: Any
    recurrent_dropout: Any
    seed: int | None


class GatedOptions(CellOptions, total=False):
    """Keyword arguments of a cell with gates."""

    recurrent_activation: Any
    implementation: int


class GRUCellOptions(GatedOptions, total=False):
    """Keyword arguments of ``GRUCell``."""

    reset_after: bool


class LSTMCellOptions(GatedOptions, total=False):
    """Keyword arguments of ``LSTMCell``."""

    unit_forget_bias: bool


class SequenceOptions(CellOptions, total=False):
    """Keyword arguments of a layer with a cell of its own."""

    return_sequences: bool
    return_state: bool
    go_backwards: bool
    stateful: bool
    unroll: bool
    zero_output_for_mask: bool
    use_cudnn: Any


class GRUOptions(GRUCellOptions, SequenceOptions, total=False):
    """Keyword arguments of ``GRU``."""


class LSTMOptions(LSTMCellOptions, SequenceOptions, total=False):
    """Keyword arguments of ``LSTM`` and the convolutional LSTM layers."""


def _defaults(
    *,
    gated: bool = True,
    penalty: bool = False,
    between: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Give what all constructors begin with, up to the rates of dropout."""
    return {
        "activation": "tanh",
        **({"recurrent_activation": "sigmoid"} if gated else {}),
        "use_bias": True,
        **weight_defaults(_FIRST, penalty=penalty, between=between),
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
    }


_FORGET = {"unit_forget_bias": True}
_STEPS = dict.fromkeys(("return_sequences", "return_state", "go_backwards", "stateful"), False)
_GRU = _defaults(penalty=True)
_LSTM = _defaults(penalty=True, between=_FORGET)

SIMPLE_RNN_CELL = Options(CellOptions, **_defaults(gated=False), seed=None)
GRU_CELL = Options(GRUCellOptions, **_defaults(), reset_after=True, seed=None)
LSTM_CELL = Options(LSTMCellOptions, **_defaults(between=_FORGET), seed=None)

SIMPLE_RNN = Options(
    SequenceOptions, **_defaults(gated=False, penalty=True), **_STEPS, unroll=False, seed=None
)
GRU = Options(
    GRUOptions, **_GRU, seed=None, **_STEPS, unroll=False, reset_after=True, use_cudnn="auto"
)
LSTM = Options(LSTMOptions, **_LSTM, seed=None, **_STEPS, unroll=False, use_cudnn="auto")
CONV_LSTM = Options(LSTMOptions, **_LSTM, seed=None, **_STEPS)
