"""Functional models as plain values, in the layout of Keras 3's files, and back."""

from __future__ import annotations

from typing import Any

import jax

from kerata.base.registry import deserialize, serialize
from kerata.base.symbolic import KerasTensor, is_symbolic
from kerata.models.graph import Graph


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
    waiting: list[tuple[Any, list[dict[str, Any]]]] = []
    for entry in config["layers"]:
        op = deserialize(entry)
        operations[entry["name"]] = op
        waiting.append((op, list(entry.get("inbound_nodes") or [])))
    # Outputs of each operation's calls inside this model, in the order of its calls.
    made: dict[str, list[list[KerasTensor]]] = {
        name: [_leaves(op.output)] if _is_entrance(op) else [] for name, op in operations.items()
    }

    def find(history: Any) -> KerasTensor:
        name, node, tensor = history
        return made[name][node][tensor]

    def ready(x: Any) -> bool:
        if isinstance(x, dict):
            if x.get("class_name") == "__keras_tensor__":
                name, node, _ = x["config"]["keras_history"]
                return len(made[name]) > node
            return all(ready(v) for v in x.values())
        return all(ready(v) for v in x) if isinstance(x, (list, tuple)) else True

    def read(x: Any) -> Any:
        if isinstance(x, dict):
            if x.get("class_name") == "__keras_tensor__":
                return find(x["config"]["keras_history"])
            if "class_name" in x:
                return deserialize(x)
            return {k: read(v) for k, v in x.items()}
        return type(x)(read(v) for v in x) if isinstance(x, (list, tuple)) else x

    while any(calls for _, calls in waiting):
        progressed = False
        for op, calls in waiting:
            while calls and ready(calls[0]):
                call = calls.pop(0)
                made[op.name].append(_leaves(op(*read(call["args"]), **read(call["kwargs"]))))
                progressed = True
        if not progressed:
            stuck = next(op.name for op, calls in waiting if calls)
            raise ValueError(
                f"The model's config is broken: layer {stuck!r} waits for a tensor that no "
                "other layer of the config makes."
            )

    def struct(x: Any) -> Any:
        if isinstance(x, dict):
            return {k: struct(v) for k, v in x.items()}
        if len(x) == 3 and isinstance(x[0], str) and isinstance(x[1], int):
            return find(x)
        return [struct(v) for v in x]

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
