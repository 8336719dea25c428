"""Gradients from one output of a model to another that lies before it in the model."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.scope import Scope
from kerata.compat.tensorflow.front import standing
from kerata.compat.tensorflow.recording import Node, note
from kerata.compat.tensorflow.tensor import Tensor


def between_outputs(node: Node, source: Tensor, outer: dict[int, Any]) -> Any:
    """Give the gradient of some outputs of a call for another output of it.

    A functional model is cut at that output, as for a map of what a convolution saw.

    Arguments:
        node: the call.
        source: one of its outputs.
        outer: gradients of others, by their places.

    Raises:
        TypeError: what was called is no functional model, or it drew random numbers.
    """
    model, call = node.owner, node.call
    graph = getattr(model, "_graph", None)
    args, kwargs = jax.tree.unflatten(call.structure, call.plain)
    if graph is None or kwargs.get("training") or call.key.drawn:
        kind = "A function" if model is None else f"Layer {model.name!r}"
        raise TypeError(
            f"{kind} computed the source of GradientTape.gradient in the same call as its target, "
            "and only in a functional model that runs without training=True can Kerata look "
            "inside of a call; call the part up to the source and the rest one after the other."
        )
    from kerata.models import Model

    symbols = jax.tree.leaves(model.outputs)
    floats = [s for s, kind in zip(symbols, call.floats, strict=True) if kind]
    cut, wanted = floats[source._place], [floats[place] for place in outer]
    rest = Model([cut, *jax.tree.leaves(model.inputs)], wanted)
    given = jax.tree.leaves(args[1:])

    def pulled(value: Any, gradients: list[Any]) -> Any:
        def forward(at: Any) -> list[Any]:
            with Scope():
                return jax.tree.leaves(rest([at, *given], training=False))

        _, pull = jax.vjp(forward, value)
        return pull(gradients)[0]

    with standing(True):
        made, _ = note(pulled, (source, list(outer.values())), {}, None)
    return made
