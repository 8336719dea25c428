"""What all architectures have in common: arguments, input, top, weights."""

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kerata import activations, layers
from kerata.applications.files import Weights
from kerata.base.messages import warn
from kerata.base.symbolic import KerasTensor
from kerata.config import image_data_format
from kerata.layers.weights import replaced_values
from kerata.models import Functional
from kerata.utils.graph_inputs import get_source_inputs

# The arguments of most functions, in Keras's order; those of a family come from its table.
COMMON = {
    "include_top": True,
    "weights": "imagenet",
    "input_tensor": None,
    "input_shape": None,
    "pooling": None,
    "classes": 1000,
    "classifier_activation": "softmax",
    "name": None,
}
Layers = Callable[[KerasTensor, Any], KerasTensor]
_ARGUMENTS = {
    "include_top": "bool, whether the network ends in its classifier.",
    "weights": "``None`` for random weights, ``'imagenet'`` for Keras's file, which is downloaded\n"
    "        once, or the path of a ``.weights.h5`` or ``.h5`` file.",
    "input_tensor": "symbolic tensor ``(batch, height, width, channels)`` to build upon.",
    "input_shape": "``(height, width, channels)`` of a picture.",
    "pooling": "without a top: ``'avg'`` or ``'max'`` over places, ``None`` for all of them.",
    "classes": "number of classes of the top.",
    "classifier_activation": "the top's last activation; ``None`` gives logits.",
    "name": "the model's name.",
    "alpha": "factor of the numbers of channels.",
    "depth_multiplier": "channels that a depthwise convolution makes of each channel.",
    "dropout": "share of the features that training drops before the classifier.",
    "dropout_rate": "share of the features that training drops before the classifier.",
    "minimalistic": "bool, whether to leave out what some processors are slow at.",
    "include_preprocessing": "bool, whether the network scales pixels from 0 to 255 itself.",
}


def head(*, pool: str | None = "avg_pool", dropout: float = 0.0, **dense: Any) -> Layers:
    """Give the usual top: the mean over places and a dense layer."""

    def top(x: KerasTensor, a: Any) -> KerasTensor:
        x = layers.GlobalAveragePooling2D(name=pool)(x)
        if dropout:
            x = layers.Dropout(dropout, name="top_dropout")(x)
        return layers.Dense(
            a.classes, activation=a.classifier_activation, name="predictions", **dense
        )(x)

    return top


@dataclass(frozen=True)
class Architecture:
    """One network as a function of Keras's arguments.

    Arguments:
        body: takes pictures and the arguments, gives features ``(batch, height, width, channels)``.
        size: height and width that the published weights were trained with; a function of the
            arguments where they were trained with several.
        files: by whether there is a top, or a function of the arguments; refuses what was not
            published.
        top: takes features and the arguments, gives one number a class.
        smallest: least height and width.
        names_pooling: whether the pooling of a network without top has a name.
        after_pooling: what follows it.
        any_size: whether the top takes pictures of any size.
        name: takes the arguments, gives the model's name where none is given.
        last_only: refuses pictures with channels first.
        sized: whether its layers depend on the size of the pictures, which must be known then.
    """

    body: Layers
    size: int | Callable[[Any], int]
    files: Mapping[bool, Weights] | Callable[[Any], Weights]
    top: Layers
    smallest: int = 32
    names_pooling: bool = False
    after_pooling: Callable[[KerasTensor], KerasTensor] | None = None
    any_size: bool = False
    name: Callable[[Any], str] | None = None
    last_only: bool = False
    sized: bool = False

    def build(self, called: str, a: Any) -> Functional:
        """Build the network.

        Raises:
            ValueError: arguments that don't fit each other, weights that don't fit the network.
        """
        if self.last_only and image_data_format() == "channels_first":
            raise ValueError(
                f"{called} takes pictures with channels last alone; call "
                "config.set_image_data_format('channels_last')."
            )
        a.pretrained = _pretrained(called, a)
        a.size = self.size(a) if callable(self.size) else self.size
        file = self._file(a) if a.pretrained else None
        a.input_shape = self._shape(called, a)
        x = layers.Input(a.input_shape) if a.input_tensor is None else a.input_tensor
        inputs = get_source_inputs(x)
        # Other values follow where there is a file, which must have all of them.
        follows = contextlib.nullcontext() if a.weights is None else replaced_values()
        with follows:
            x = self._end(self.body(x, a), a)
        name = self.name(a) if a.name is None and self.name else a.name
        model = Functional(inputs, x, name=name)
        if file is not None:
            file.load(model)
        elif a.weights is not None:
            _load(called, model, Path(a.weights))
        return model

    def _file(self, a: Any) -> Weights:
        return self.files(a) if callable(self.files) else self.files[bool(a.include_top)]

    def _end(self, x: KerasTensor, a: Any) -> KerasTensor:
        if a.include_top:
            return self.top(x, a)
        if a.pooling == "avg":
            name = "avg_pool" if self.names_pooling else None
            x = layers.GlobalAveragePooling2D(name=name)(x)
        elif a.pooling == "max":
            name = "max_pool" if self.names_pooling else None
            x = layers.GlobalMaxPooling2D(name=name)(x)
        return self.after_pooling(x) if self.after_pooling else x

    def _shape(self, called: str, a: Any) -> tuple[int | None, ...]:
        """Give the shape of a picture; refuse one that this network can't take."""
        first = image_data_format() == "channels_first"
        fixed = a.include_top and not self.any_size
        if a.input_tensor is not None:
            return _of_tensor(called, a)
        side = a.size if fixed or self.sized else None
        if a.input_shape is None:
            return (3, side, side) if first else (side, side, 3)
        shape = tuple(a.input_shape)
        if len(shape) != 3:
            raise ValueError(
                f"{called}: input_shape must be a picture's (height, width, channels), got {shape}."
            )
        colours, sides = (shape[0], shape[1:]) if first else (shape[2], shape[:2])
        if a.pretrained and (colours != 3 or (fixed and sides != (a.size, a.size))):
            size = f"{a.size}x{a.size} pixels" if fixed else "pixels"
            raise ValueError(
                f"{called} with weights='imagenet' takes {size} of 3 colours, got "
                f"input_shape={shape}; include_top=False takes other sizes."
            )
        if any(n is not None and n < self.smallest for n in sides):
            raise ValueError(
                f"{called} takes pictures of at least {self.smallest}x{self.smallest} pixels, got "
                f"input_shape={shape}."
            )
        if (fixed or self.sized) and None in shape:
            when = "" if self.sized else " with include_top=True"
            raise ValueError(f"{called}:{when} the size must be known, got input_shape={shape}.")
        if colours not in (1, 3):
            warn(f"{called} is meant for 1 or 3 channels, got input_shape={shape}.", stacklevel=4)
        return shape


def application(
    called: str,
    architecture: Architecture,
    about: str,
    arguments: Mapping[str, Any] | None = None,
    **defaults: Any,
) -> Callable[..., Functional]:
    """Give the function that builds an architecture, with Keras's signature.

    Arguments:
        called: the function's name.
        architecture: what it builds.
        about: which network it is and who published it.
        arguments: their order and defaults; ``COMMON`` if left out.
        **defaults: those that differ.
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    values = {**(arguments or COMMON), **defaults}
    signature = inspect.Signature(
        [inspect.Parameter(name, kind, default=value) for name, value in values.items()]
    )

    def build(*args: Any, **kwargs: Any) -> Functional:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{called}() {error}") from None
        bound.apply_defaults()
        return architecture.build(called, SimpleNamespace(**bound.arguments))

    build.__name__ = build.__qualname__ = called
    build.__signature__ = signature  # type: ignore[attr-defined]  # what inspect reads first
    build.__doc__ = _document(about, values)
    return build


def _document(about: str, values: Mapping[str, Any]) -> str:
    lines = [f"    {name}: {_ARGUMENTS[name]} Default {value!r}." for name, value in values.items()]
    return "\n".join(
        [
            f"Build {about}",
            "",
            "Arguments:",
            *lines,
            "",
            "Returns:",
            "    A functional model; it gives probabilities ``(batch, classes)``, or features.",
            "",
            "Raises:",
            "    ValueError: arguments or weights that don't fit the network.",
            "    ConnectionError: ``'imagenet'`` weights that can't be downloaded.",
        ]
    )


def _pretrained(called: str, a: Any) -> bool:
    """Say whether Keras's weights are asked for; refuse what can't be loaded."""
    named = isinstance(a.weights, str) and a.weights == "imagenet"
    if a.weights is not None and not named:
        is_path = isinstance(a.weights, str | os.PathLike)
        if not is_path or not Path(a.weights).is_file():
            raise ValueError(
                f"{called}: weights must be None, 'imagenet' or the path of a file, and there is "
                f"no file {str(a.weights)!r}."
            )
    if a.pooling not in (None, "avg", "max"):
        raise ValueError(f"{called}: pooling must be None, 'avg' or 'max', got {a.pooling!r}.")
    if named and a.include_top and a.classes != 1000:
        raise ValueError(
            f"{called}: the 'imagenet' weights have 1000 classes, got classes={a.classes}; "
            "include_top=False leaves the classifier to you."
        )
    usual = (activations.get("softmax"), activations.get(None))
    if a.weights is not None and a.include_top:
        chosen = activations.get(a.classifier_activation)
        if chosen not in usual:
            raise ValueError(
                f"{called}: with weights, classifier_activation must be 'softmax' or None, got "
                f"{a.classifier_activation!r}."
            )
    return named


def _of_tensor(called: str, a: Any) -> tuple[int | None, ...]:
    if not isinstance(a.input_tensor, KerasTensor):
        raise ValueError(
            f"{called}: input_tensor must be symbolic, such as Input((224, 224, 3)), got "
            f"{type(a.input_tensor).__name__}."
        )
    shape = tuple(a.input_tensor.shape[1:])
    if a.input_shape is not None and tuple(a.input_shape) != shape:
        raise ValueError(
            f"{called}: input_tensor has pictures of shape {shape}, input_shape says "
            f"{tuple(a.input_shape)}; leave input_shape out."
        )
    return shape


def _load(called: str, model: Functional, path: Path) -> None:
    try:
        model.load_weights(path)
    except ValueError as error:
        raise ValueError(f"The weights in {path} are not those of this {called}: {error}") from None
