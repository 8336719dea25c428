"""Layers whose weights can be kept in fewer bits."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata.base.dtypes import DTypePolicy
from kerata.base.origin import is_own_class
from kerata.dtype_policies.quantized import check_mode
from kerata.quantizers.configs import QuantizationConfig, resolved_config


class Quantizable:
    """What all layers know of quantization; those that have such a form say how."""

    name: str
    built: bool
    compute_dtype: Any

    @property
    def _policy_here(self) -> DTypePolicy:
        raise NotImplementedError

    # What ``quantize`` can do for layers of the class, and whether it was done.
    modes: ClassVar[tuple[str, ...]] = ()
    _is_quantized = False

    def quantize(self, mode: Any = None, type_check: Any = True, config: Any = None) -> None:
        """Keep the weights in fewer bits from now on; compile a model after it.

        Arguments:
            mode: ``'int8'``, ``'int4'`` or ``'float8'``; None if there is a config.
            type_check: bool, whether subclasses are refused, whose ``call`` may do without; True
                by default.
            config: ``QuantizationConfig``; the mode's own by default.

        Raises:
            ValueError: a layer that is not built or is quantized already; mode and config that
                contradict each other.
            NotImplementedError: a layer that has no such form.
        """
        if isinstance(type_check, QuantizationConfig):
            type_check, config = True, type_check  # on a layer of Keras, config comes second
        config = resolved_config(mode, config)
        owner = f"Layer {self.name!r} ({type(self).__name__})"
        if not self.built:
            raise ValueError(f"{owner} is not built yet, so there is nothing to quantize.")
        if self._is_quantized:
            raise ValueError(
                f"{owner} is quantized already: its policy is {self._policy_here.name!r}."
            )
        check_mode(config.mode, self.compute_dtype)
        if type_check and not self._computes_as_its_base:
            raise NotImplementedError(
                f"{owner} is of a class of yours, of which it is not known whether it computes as "
                "its base does; quantize(..., type_check=False) quantizes it in any case."
            )
        self._quantize(config)

    @property
    def _computes_as_its_base(self) -> bool:
        return is_own_class(type(self))

    def _quantize(self, config: Any) -> None:
        self._check_mode(config.mode)

    def _check_mode(self, mode: str) -> None:
        """Refuse a form that the layer does not have.

        Raises:
            NotImplementedError: naming the layer and its forms.
        """
        if mode not in self.modes:
            known = f"as {' or '.join(self.modes)}" if self.modes else "in floats alone"
            raise NotImplementedError(
                f"Layer {self.name!r} ({type(self).__name__}) can't be quantized as {mode}: it can "
                f"compute {known}."
            )
