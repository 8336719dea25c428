"""Functional models as plain values, in the layout of Keras 3's files, and back."""

from __future__ import annotations

import inspect
from collections import deque
from typing import Any

import jax

from kerata.base.registry import deserialize, naming, serialize
from kerata.base.symbolic import KerasTensor, find_symbolic, is_symbolic
from kerata.models.graph import Graph

# What a functional model is made from.
_ARGUMENTS = frozenset({"inputs", "outputs", "name", "trainable"})


def takes_a_graph(cls: Any) -> bool:
    """Say whether a class is made from inputs and outputs, and from nothing else."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    open_ended = {p.kind for p in parameters} & {inspect.Parameter.VAR_KEYWORD}
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = {p.name for p in named if p.kind is not p.POSITIONAL_ONLY}
    return len(names) == len(named) and (
        names == _ARGUMENTS or (names <= _ARGUMENTS and bool(open_ended))
    )


def was_given_a_graph(model: Any) -> bool:
    """Say whether a model of such a class got its graph as arguments, and nothing else."""
    args, kwargs = model._init_args
    graph = find_symbolic((args, kwargs))
    return bool(graph) and len(args) <= len(_ARGUMENTS) and set(kwargs) <= _ARGUMENTS


def functional_config(model: Any, graph: Graph) -> dict[str, Any]:
    """Write a graph as a config: layers, their calls, inputs and outputs."""
    chosen = {id(node) for node in graph.nodes}
    # Keras numbers the calls of a layer within this model, from 0.
    index: dict[int, int] = {}
    calls: dict[int, list[Any]] = {id(op): [] for op in graph.operations}
    for node in graph.nodes:
        if id(node) in chosen:
            index[id(node)] = len(calls[id(node.operation)])
            calls[id(node.operation)].append(node)
    place = {
        id(t): (entrance.name, 0, 0)
        for t, entrance in zip(graph.inputs, graph._entrances, strict=True)
    }
    for node in graph.nodes:
        symbols = [t for t in jax.tree.leaves(node.outputs) if is_symbolic(t)]
        for i, t in enumerate(symbols):
            place.setdefault(id(t), (node.operation.name, index[id(node)], i))

    def written(x: Any) -> Any:
        if is_symbolic(x):
            return {
                "class_name": "__keras_tensor__",
                "config": {
                    "shape": x.shape,
                    "dtype": x.dtype,
                    "keras_history": list(place[id(x)]),
                },
            }
        if isinstance(x, (list, tuple)):
            return type(x)(written(v) for v in x)
        if isinstance(x, dict):
            return {k: written(v) for k, v in x.items()}
        return serialize(x)

    layers = []
    for op in graph.operations:
        entry = serialize(op)
        entry["name"] = op.name
        entry["inbound_nodes"] = [
            {"args": written(n.args), "kwargs": written(n.kwargs)} for n in calls[id(op)]
        ]
        layers.append(entry)

    def places(struct: Any) -> Any:
        if is_symbolic(struct):
            return list(place[id(struct)])
        return jax.tree.map(lambda t: list(place[id(t)]), struct)

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": places(graph.input_struct),
        "output_layers": places(graph.output_struct),
    }


def functional_from_config(cls: Any, config: dict[str, Any]) -> Any:
    """Rebuild a functional model from its config, with fresh weights."""
    operations: dict[str, Any] = {}
    waiting: dict[str, deque[dict[str, Any]]] = {}
    for entry in config["layers"]:
        # The entry's name, since a user's layer may not keep its own in its config.
        name = entry["name"]
        if name in operations:
            raise ValueError(f"The model's config is broken: it has two layers named {name!r}.")
        operations[name] = deserialize(entry)
        waiting[name] = deque(entry.get("inbound_nodes") or [])
    # Outputs of each operation's calls inside this model, in the order of its calls.
    made: dict[str, list[list[KerasTensor]]] = {
        name: [_leaves(op.output)] if _is_entrance(op) else [] for name, op in operations.items()
    }

    def find(history: Any) -> KerasTensor:
        name, node, tensor = history
        return made[name][node][tensor]

    def missing(x: Any) -> tuple[str, int] | None:
        """Give a call whose output is not there yet."""
        if isinstance(x, dict) and x.get("class_name") == "__keras_tensor__":
            name, node, _ = x["config"]["keras_history"]
            return None if len(made.get(name, ())) > node else (name, node)
        parts = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ()
        return next((found for found in map(missing, parts) if found), None)

    def read(x: Any) -> Any:
        if isinstance(x, dict):
            if x.get("class_name") == "__keras_tensor__":
                return find(x["config"]["keras_history"])
            if "class_name" in x:
                return deserialize(x)
            return {k: read(v) for k, v in x.items()}
        return type(x)(read(v) for v in x) if isinstance(x, (list, tuple)) else x

    # Layers by the call that they wait for: each is looked at again only when it was made.
    stuck: dict[tuple[str, int], list[str]] = {}
    ready = deque(operations)
    while ready:
        name = ready.popleft()
        calls, outputs = waiting[name], made[name]
        while calls:
            awaited = missing(calls[0])
            if awaited is not None:
                stuck.setdefault(awaited, []).append(name)
                break
            call = calls.popleft()
            with naming(f"Layer {name!r}", "be called as the config says"):
                result = operations[name](*read(call["args"]), **read(call["kwargs"]))
            outputs.append(_leaves(result))
            ready.extend(stuck.pop((name, len(outputs) - 1), ()))
    for names in stuck.values():
        raise ValueError(
            f"The model's config is broken: layer {names[0]!r} waits for a tensor that no "
            "other layer of the config makes."
        )

    def struct(x: Any) -> Any:
        if isinstance(x, dict):
            return {k: struct(v) for k, v in x.items()}
        if len(x) == 3 and isinstance(x[0], str) and isinstance(x[1], int):
            return find(x)
        parts = [struct(v) for v in x]
        return tuple(parts) if isinstance(x, tuple) else parts

    return cls(
        inputs=struct(config["input_layers"]),
        outputs=struct(config["output_layers"]),
        name=config.get("name"),
        trainable=config.get("trainable", True),
    )


def _leaves(outputs: Any) -> list[KerasTensor]:
    return [t for t in jax.tree.leaves(outputs) if is_symbolic(t)]


def _is_entrance(op: Any) -> bool:
    return type(op).__name__ == "InputLayer"
