"""StableHLO: a model as JAX's own portable program."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax import export as jax_export

from kerata.export.differences import checked, largest_difference
from kerata.export.errors import ExportError
from kerata.export.samples import given_or_drawn
from kerata.export.trace import Signature, signature_of, with_symbols
from kerata.export.written import Written
from kerata.utils.files import write_beside

PLATFORMS = ("cpu", "cuda", "rocm", "tpu")


def export_stablehlo(
    model: Any, filepath: Any, input_signature: Any = None, samples: Any = None
) -> Written:
    """Write a model as a program for any number of rows, on CPUs, GPUs and TPUs.

    ``jax.export.deserialize(content).call(x)`` runs it in another program, which need not have
    Kerata; several inputs are given one after the other.

    Arguments:
        model: built.
        filepath: string or path of the file.
        input_signature: ``InputSpec``, nested as the model takes them, for a model that does not
            say what goes in; None by default.
        samples: arrays to try the program with; drawn if left out (the default).

    Raises:
        ExportError: a model that can't be traced for any number of rows; answers that differ by
            more than 1e-4. No file is written then.
    """
    known = getattr(model, "_graph", None) is not None
    signature = signature_of(
        model, samples if input_signature is None and not known else input_signature
    )
    if getattr(getattr(model, "_graph", None), "host", None) is not None:
        raise ExportError(
            f"Model {model.name!r} begins with layers of strings, which StableHLO does not have: "
            "export it as ONNX, or export the model that takes their numbers."
        )
    owner = f"{type(model).__name__} {model.name!r}"
    content = program(partial(model, training=False), signature, model.variables, owner)
    arrays = given_or_drawn(model, signature, samples)
    wanted = jax.tree.leaves(model(jax.tree.unflatten(signature.struct, arrays), training=False))
    got = jax.tree.leaves(run_program(content, arrays))
    difference = checked(largest_difference(got, wanted))
    path = write_beside(Path(filepath), lambda file: file.write(content))
    outputs = [f"outputs_{i}" for i in range(len(wanted))] if len(wanted) > 1 else ["outputs"]
    return Written(
        path,
        "StableHLO for " + ", ".join(PLATFORMS),
        tuple(signature.names),
        tuple(outputs),
        len(arrays[0]) if arrays[0].ndim else 1,
        difference,
    )


def program(call: Any, signature: Signature, variables: list[Any], owner: str) -> bytes:
    """Give a function of arrays as a serialized program.

    Raises:
        ExportError: it can't be traced for any number of rows.
    """

    def exported(function: Any, arguments: list[Any], *_: Any) -> bytes:
        made = jax_export.export(function, platforms=PLATFORMS)(*arguments)
        return bytes(made.serialize())

    return with_symbols(exported, call, signature, variables, owner=owner)


def run_program(content: bytes, arrays: list[np.ndarray]) -> Any:
    """Run a serialized program on arrays."""
    return jax_export.deserialize(bytearray(content)).call(*arrays)
