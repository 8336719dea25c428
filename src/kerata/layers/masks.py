"""Masks on their way through layers: those that a call takes, and those of its outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import warn
from kerata.base.origin import is_own_class
from kerata.base.scope import current_scope, get_mask, set_mask
from kerata.base.symbolic import KerasTensor, is_symbolic
from kerata.layers.inputs import has_arrays
from kerata.layers.signature import CallSignature


def masks_of(inputs: Any) -> Any:
    """Give the mask of an input, in the structure of several; None where there is none."""
    return jax.tree.map(get_mask, inputs, is_leaf=lambda x: hasattr(x, "shape"))


def is_masked(masks: Any) -> bool:
    """Say whether there is a mask in what ``masks_of`` gave."""
    return bool(jax.tree.leaves(masks, is_leaf=is_symbolic))


def wanted_masks(signature: CallSignature, args: Any, kwargs: Any) -> dict[str, Any]:
    """Give the inputs whose masks ``call`` takes and the caller did not pass, by the mask's name.

    As in Keras, ``mask`` is that of the only input, and ``a_mask`` that of ``a`` among several.
    """
    if not (signature.takes_mask or signature.mask_names):
        return {}
    given = signature.named(args, kwargs)
    tensors = {name: x for name, x in given.items() if has_arrays(x)}
    if len(tensors) == 1:
        names = dict.fromkeys(tensors, "mask") if signature.takes_mask else {}
    else:
        names = signature.mask_names
    return {
        mask: tensors[of] for of, mask in names.items() if of in tensors and given.get(mask) is None
    }


def previous_mask(signature: CallSignature, args: Any, kwargs: Any) -> Any:
    """Give the mask that ``compute_mask`` starts from: one that was passed, or the input's own."""
    passed = signature.named(args, kwargs).get("mask") if signature.takes_mask else None
    return masks_of(signature.first(args, kwargs)) if passed is None else passed


def masks_by_hand(signature: CallSignature, args: Any, kwargs: Any) -> dict[str, Any]:
    """Give the masks that were set on symbolic inputs by hand, by argument of ``call``.

    A mask that a layer hands on arrives by itself when the graph runs; these do not.
    """
    return {
        name: masks_of(x)
        for name, x in wanted_masks(signature, args, kwargs).items()
        if not _arrives(x)
    }


def hand_on(layer: Any, inputs: Any, mask: Any, outputs: Any, passed: bool = False) -> None:
    """Put the mask that a layer computes for its outputs on them, or warn that it ends here.

    Arguments:
        layer: decides, by ``supports_masking`` and ``compute_mask``.
        inputs: the first argument of the call.
        mask: its mask, or the one that the caller passed.
        outputs: arrays or symbolic tensors.
        passed: whether the call has the mask as an argument.
    """
    if not layer.supports_masking:
        if is_masked(mask) and layer._masks_end_here:
            warn(
                f"Layer {layer.name!r} ({type(layer).__name__}) got an input with a mask and does "
                "not hand masks on: the layers after it count every step.",
                stacklevel=1,  # One place for all calls, so that it is said once a layer.
            )
        return
    leaves = jax.tree.leaves(outputs, is_leaf=is_symbolic)
    given = {id(x) for x in jax.tree.leaves(inputs, is_leaf=is_symbolic)}
    if leaves and all(get_mask(x) is not None and id(x) not in given for x in leaves):
        return
    symbolic = any(map(is_symbolic, leaves))
    try:
        new = layer.compute_mask(inputs, mask)
    except (TypeError, AttributeError):
        # A user's method may need numbers; it gets them when the graph runs.
        if is_own_class(type(layer)) or not symbolic:
            raise
        return
    arrives = passed or _arrives(inputs)
    for x, m in zip(leaves, jax.tree.leaves(new, is_leaf=_is_mask), strict=False):
        if m is None:
            continue
        if is_symbolic(x):
            x._keras_mask = m
            x._arriving_mask = m if arrives else None
        elif hasattr(x, "shape"):
            set_mask(x, m)


def attached(x: Any, mask: Any) -> Any:
    """Give an array with a mask; the caller's own array stays as it is."""
    if mask is None or get_mask(x) is mask:
        return x
    if current_scope() is None:
        x = jnp.array(x)
    set_mask(x, mask)
    return x


def run_masked(
    run: Callable[[Any, Any], Any], args: Any, kwargs: Any
) -> tuple[Callable[..., Any], Any]:
    """Prepare tracing a call on symbolic tensors with their masks.

    Returns:
        A function of arguments, keywords and masks, and the masks.
    """
    leaves = jax.tree.leaves((args, kwargs), is_leaf=is_symbolic)
    masks = {i: get_mask(x) for i, x in enumerate(leaves) if isinstance(x, KerasTensor)}

    def traced(args: Any, kwargs: Any, masks: Any) -> Any:
        tracers = jax.tree.leaves((args, kwargs))
        for i, mask in masks.items():
            set_mask(tracers[i], mask)
        return run(args, kwargs)

    return traced, {i: mask for i, mask in masks.items() if mask is not None}


def _arrives(inputs: Any) -> bool:
    symbols = [x for x in jax.tree.leaves(inputs, is_leaf=is_symbolic) if is_symbolic(x)]
    return all(get_mask(x) is None or x._arriving_mask is get_mask(x) for x in symbols)


def _is_mask(x: Any) -> bool:
    return x is None or is_symbolic(x)
