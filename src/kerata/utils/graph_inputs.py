"""Where a symbolic tensor comes from."""

from __future__ import annotations

from kerata.base.symbolic import KerasTensor


def get_source_inputs(tensor: KerasTensor) -> list[KerasTensor]:
    """List the inputs that a symbolic tensor is computed from, each once.

    Arguments:
        tensor: symbolic tensor.

    Raises:
        AttributeError: ``tensor`` isn't symbolic.

    >>> from kerata import Input
    >>> x = Input((3,))
    >>> get_source_inputs(x * 2 + x)[0] is x
    True
    """
    if not isinstance(tensor, KerasTensor):
        raise AttributeError(f"get_source_inputs takes a symbolic tensor, got {tensor!r}.")
    found: dict[int, KerasTensor] = {}
    seen: set[int] = set()
    waiting = [tensor]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if current.node is None or not current.node.inputs:
            found[id(current)] = current
        else:
            waiting += reversed(current.node.inputs)
    return list(found.values())
