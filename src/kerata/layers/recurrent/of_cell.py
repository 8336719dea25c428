"""Arguments of a recurrent layer that its cell keeps."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata.base.naming import to_snake_case
from kerata.base.signatures import Options
from kerata.layers.recurrent.cell import RecurrentCell
from kerata.layers.recurrent.rnn import RNN
from kerata.layers.recurrent.sequence_spec import SequenceSpec


class OfCell:
    """An attribute that is the cell's."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        return self if layer is None else getattr(layer.cell, self.name)

    def __set__(self, layer: Any, value: Any) -> None:
        setattr(layer.cell, self.name, value)


class OneCell(RNN):
    """Base of the layers with a cell of their own: its arguments are theirs."""

    _cell_class: ClassVar[type[RecurrentCell]]
    # Which of the layer's options are the cell's.
    _cell_options: ClassVar[Options]
    _not_in_config = ("use_cudnn",)

    use_cudnn: Any

    def __init__(
        self, arguments: dict[str, Any], *, use_cudnn: Any = "auto", **kwargs: Any
    ) -> None:
        arguments |= {name: kwargs.pop(name) for name in self._cell_options.defaults}
        shared = {name: kwargs[name] for name in ("dtype", "trainable") if name in kwargs}
        owner = type(self).__name__
        if use_cudnn not in ("auto", False):
            if use_cudnn is not True:
                raise ValueError(
                    f"{owner}: use_cudnn must be 'auto', True or False, got {use_cudnn!r}."
                )
            raise ValueError(
                f"{owner}: use_cudnn=True asks for cuDNN's program, which is not used here; "
                "leave it at 'auto'."
            )
        name = to_snake_case(self._cell_class.__name__)
        cell = self._cell_class(**arguments, **shared, name=name)
        super().__init__(cell, **kwargs)
        self.use_cudnn = use_cudnn
        self.input_spec = SequenceSpec()

    units = OfCell()
    activation = OfCell()
    use_bias = OfCell()
    kernel_initializer = OfCell()
    recurrent_initializer = OfCell()
    bias_initializer = OfCell()
    kernel_regularizer = OfCell()
    recurrent_regularizer = OfCell()
    bias_regularizer = OfCell()
    kernel_constraint = OfCell()
    recurrent_constraint = OfCell()
    bias_constraint = OfCell()
    dropout = OfCell()
    recurrent_dropout = OfCell()
    seed = OfCell()

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Make the cell's weights."""
        super().build(sequences_shape, initial_state_shape)
        self.input_spec = SequenceSpec(sequences_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config()
        return config | {"zero_output_for_mask": self.zero_output_for_mask}
