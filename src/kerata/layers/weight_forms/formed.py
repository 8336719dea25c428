"""Layers whose weights may be kept in several forms, and get a low-rank part."""

from __future__ import annotations

from typing import Any, ClassVar

from kerata import initializers
from kerata.base.arguments import positive_int
from kerata.base.origin import is_own_class
from kerata.base.registry import serialize
from kerata.base.variable import Variable
from kerata.layers.layer import Layer
from kerata.layers.weight_forms.float8 import Float8
from kerata.layers.weight_forms.form import Form
from kerata.layers.weight_forms.int4 import Int4
from kerata.layers.weight_forms.integers import Int8
from kerata.layers.weight_forms.products import Product
from kerata.quantizers.configs import QuantizationConfig

_FORMS: dict[str | None, type[Form]] = {form.mode: form for form in (Form, Int8, Int4, Float8)}


class FormedWeight:
    """A weight of a layer under its own name: its variable, or with a low-rank part an array."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        if layer is None:
            return self
        variable = vars(layer).get(f"_{self.name}")
        if variable is None:
            raise AttributeError(
                f"Layer {layer.name!r} ({type(layer).__name__}) has no {self.name} yet: build it "
                "first, by calling it on data or giving an input shape.",
                name=self.name,
                obj=layer,
            )
        form = layer._forms.get(self.name)
        if form is None:
            return variable
        if layer.lora_enabled and f"lora_{self.name}_a" in vars(layer):
            return form.merged().astype(layer.compute_dtype)
        return form.shown()

    def __set__(self, layer: Any, value: Any) -> None:
        vars(layer)[f"_{self.name}"] = value

    def __delete__(self, layer: Any) -> None:
        del vars(layer)[f"_{self.name}"]


class FormedWeights(Layer):
    """A layer that computes with its weights through forms.

    Arguments:
        lora_rank: int, rank of a trained part that is added to the frozen weight; None (no such
            part) by default.
        lora_alpha: float, the part counts ``lora_alpha / lora_rank`` times; ``lora_rank`` by
            default.
        quantization_config: how a layer with a quantized ``dtype`` keeps its weights.
    """

    # Modes that ``quantize`` takes, and the weight that gets a low-rank part.
    modes: ClassVar[tuple[str, ...]] = ()
    adapted: ClassVar[str] = "kernel"
    _not_in_config: tuple[str, ...] = ("lora_rank", "lora_alpha", "quantization_config")

    _traced: ClassVar[tuple[str, ...]] = ("lora_alpha",)

    lora_enabled = False

    def __init__(
        self,
        *args: Any,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if lora_rank is not None:
            lora_rank = positive_int(type(self).__name__, "lora_rank", lora_rank)
        self.lora_rank = lora_rank
        self.lora_alpha = lora_rank if lora_alpha is None else lora_alpha
        self.lora_enabled = False
        self.quantization_config = quantization_config
        self._forms: dict[str, Form] = {}

    # Building ----------------------------------------------------------------------------

    def _add_formed(
        self, name: str, shape: Any, use: Product | None = None, **options: Any
    ) -> None:
        """Make a weight in the form that the layer's policy says."""
        mode = self.quantization_mode
        if mode is not None:
            self._check_mode(mode)
        self._forms[name] = _FORMS[mode](self, name, use, tuple(shape))
        self._forms[name].make(**options)

    def _adapt_if_asked(self) -> None:
        """Add the low-rank part that the constructor was asked for."""
        if self.lora_rank:
            self.built = True
            self.enable_lora(self.lora_rank, self.lora_alpha)

    # The low-rank part -------------------------------------------------------------------

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freeze the weight and add a trained product of two thin matrices to it.

        ``weight + lora_alpha / rank * a @ b``. Files hold the sum, in place of the weight; after
        a file was read into such a layer, both matrices are 0 as in Keras, and give no gradients:
        to train further, load into a layer without them and call this then. Compile the model
        after it.

        Arguments:
            rank: int, columns of the first matrix.
            lora_alpha: float, how much the product counts; ``rank`` by default.
            a_initializer, b_initializer: names or functions, first values; He uniform and zeros by
                default, so that the layer does at first what it did.

        Raises:
            ValueError: a layer that is not built, has a constraint on the weight or such a part
                already; a rank that is no positive integer.
            NotImplementedError: a layer in a form that has no such part.

        Source: Hu et al. 2022, LoRA: Low-rank adaptation of large language models.
        """
        owner = f"Layer {self.name!r} ({type(self).__name__})"
        if getattr(self, f"{self.adapted}_constraint") is not None:
            raise ValueError(
                f"{owner}: a low-rank part can't be added to a weight with a constraint: leave "
                f"{self.adapted}_constraint out."
            )
        if not self.built:
            raise ValueError(f"{owner} is not built yet, so enable_lora() finds no weight.")
        if self.lora_enabled:
            raise ValueError(f"{owner} has a low-rank part already; it can have only one.")
        form: Form = self._forms[self.adapted]
        if not form.adaptable:
            raise NotImplementedError(
                f"{owner} is kept as {form.mode}, to which no low-rank part can be added."
            )
        rank = positive_int("enable_lora", "rank", rank)
        shape = form.shape
        for which, size, initializer in (
            ("a", (*shape[:-1], rank), a_initializer),
            ("b", (rank, shape[-1]), b_initializer),
        ):
            name = f"lora_{self.adapted}_{which}"
            weight = self.add_weight(
                size,
                initializers.get(initializer),
                dtype="float32",
                regularizer=getattr(self, f"{self.adapted}_regularizer"),
                name=name,
            )
            setattr(self, name, weight)
        form.main.trainable = False
        self.lora_rank, self.lora_enabled = rank, True
        self.lora_alpha = rank if lora_alpha is None else lora_alpha

    @property
    def _lora_weights(self) -> list[Variable]:
        names = (f"lora_{self.adapted}_{which}" for which in "ab")
        return [getattr(self, name) for name in names] if self.lora_enabled else []

    # Quantization ------------------------------------------------------------------------

    def _quantize(self, config: QuantizationConfig) -> None:
        """Bring the weights into another form, with the values that they have."""
        self._check_mode(config.mode)
        kind = _FORMS[config.mode]
        if self.lora_enabled and not kind.adaptable:
            raise NotImplementedError(
                f"Layer {self.name!r} ({type(self).__name__}) has a low-rank part, with which its "
                f"weights can't be kept as {config.mode}."
            )
        self.quantization_config = config
        for name, form in self._forms.items():
            new = kind(self, name, form.use, form.shape)
            new.take_over(form)
            self._forms[name] = new
        self.dtype_policy = f"{config.policy_prefix}_from_{self._policy_here.name}"

    @property
    def _is_quantized(self) -> bool:  # type: ignore[override] # False in other layers
        return any(form.mode is not None for form in self._forms.values())

    def _forget(self, variable: Variable) -> None:
        for group in (self._trainable_variables, self._non_trainable_variables):
            group[:] = [v for v in group if v is not variable]

    # Files -------------------------------------------------------------------------------

    def _filed_variables(self) -> list[Variable]:
        if not (self._is_quantized or self.lora_enabled):
            return self._own_variables()
        formed = [form.variables for form in self._forms.values()]
        known = {id(v) for v in [*(v for group in formed for v in group), *self._lora_weights]}
        others = [v for v in self._own_variables() if id(v) not in known]
        first, *rest = formed
        return [first[0], *others, *first[1:], *(v for group in rest for v in group)]

    def _filed_values(self) -> list[Any]:
        found = {id(v): v._value for v in self._filed_variables()}
        if self.lora_enabled:
            form = self._forms[self.adapted]
            pairs = zip(form.variables, form.values(form.merged()), strict=False)
            found |= {id(variable): value for variable, value in pairs}
        return list(found.values())

    def _was_loaded(self) -> None:
        for weight in self._lora_weights:
            weight.assign(0 * weight.value)

    # Configs -----------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Give the constructor arguments that rebuild this layer."""
        config = super().get_config()
        if self.quantization_config is not None or (self.modes and is_own_class(type(self))):
            config["quantization_config"] = serialize(self.quantization_config)
        if self.lora_rank:
            config |= {"lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}
        return config
