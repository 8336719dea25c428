"""Options that the lookup layers and ``TextVectorization`` share, and what they refuse."""

from __future__ import annotations

from typing import Any

from kerata.layers.layer import Layer
from kerata.layers.preprocessing.encoding import checked_mode

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


def check_options(
    kind: str, max_tokens: Any, mode: str, sparse: bool, pad: bool, idf_weights: Any
) -> str:
    """Check the options that the lookups and ``TextVectorization`` share; give the mode.

    Raises:
        ValueError: options that are wrong or don't go together.
    """
    mode = checked_mode(kind, "tf_idf" if mode == "tf-idf" else mode, MODES)
    if max_tokens is not None and max_tokens <= 1:
        raise ValueError(f"{kind}: max_tokens must be above 1, got max_tokens={max_tokens!r}.")
    if pad and max_tokens is None:
        raise ValueError(f"{kind}: pad_to_max_tokens=True needs max_tokens.")
    if sparse and mode == "int":
        raise ValueError(f"{kind}: sparse=True goes with vectors, not with output_mode='int'.")
    if idf_weights is not None and mode != "tf_idf":
        raise ValueError(f"{kind}: idf_weights go with output_mode='tf_idf', not {mode!r}.")
    return mode


def raise_for_program(layer: Layer) -> None:
    """Say that a layer of strings can't be a part of a compiled program.

    Raises:
        ValueError: always.
    """
    raise ValueError(
        f"Layer {layer.name!r} ({type(layer).__name__}) works on strings, which can't go through "
        "a compiled program: put it at the beginning of a model made from Input(dtype='string'), "
        "or apply it to the data first, x = layer(x), and give the model the result."
    )


def refuse_path(kind: str, config: dict[str, Any]) -> None:
    """Refuse a config that names a file to read: only a program's author may do that.

    Raises:
        ValueError: the vocabulary is a path.
    """
    if isinstance(config.get("vocabulary"), str):
        raise ValueError(
            f"{kind}: a config can't name a vocabulary file to read, got "
            f"{config['vocabulary']!r}; pass vocabulary=[...] or call set_vocabulary(path)."
        )
