"""The ways out of a model, by the names of their formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kerata.base.messages import did_you_mean
from kerata.export.onnx.file import export_onnx
from kerata.export.onnx.graph import OPSET
from kerata.export.safetensors import save_safetensors
from kerata.export.stablehlo import export_stablehlo
from kerata.export.written import WrittenWeights

_ELSEWHERE = {
    "tf_saved_model": "TensorFlow, which Kerata does without",
    "litert": "TensorFlow's converter",
    "openvino": "OpenVINO's converter, which reads ONNX files",
    "torch": "PyTorch; format='safetensors' writes the weights by PyTorch's names",
}
FORMATS = ("onnx", "stablehlo", "safetensors")
_ENDINGS = {f".{format}": format for format in FORMATS}


def export_model(
    model: Any,
    filepath: Any,
    format: str | None = None,
    verbose: bool | None = None,
    input_signature: Any = None,
    samples: Any = None,
    **kwargs: Any,
) -> Any:
    """Write a model for other programs to run.

    Arguments:
        model: built.
        filepath: string or path of the file.
        format: ``'onnx'``, ``'stablehlo'`` or ``'safetensors'`` (weights alone); by the file's
            ending if left out (the default).
        verbose: bool, whether to print what was written; True by default.
        input_signature: ``InputSpec``, nested as the model takes them, for models that don't say
            what goes in; None by default.
        samples: arrays to try the file with; drawn if left out (the default).
        **kwargs: ``opset_version`` of Keras, for which there is one here.

    Returns:
        What was written; its ``difference`` is the largest between answers.

    Raises:
        ValueError: an unknown format, or one that needs another library.
        ExportError: a model that can't be exported, see ``kerata.export``.

    >>> import tempfile
    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((3,)), layers.Dense(2)])
    >>> written = export_model(model, Path(tempfile.mkdtemp()) / "model.onnx", verbose=False)
    >>> written.inputs == tuple(model.input_names), written.difference < 1e-5
    (True, True)
    """
    kind = format_of(filepath, format)
    _check_options(kind, kwargs)
    written = write_as(kind, model, filepath, input_signature, samples)
    if verbose is None or verbose:
        print(f"{written}.")
    return written


def write_as(
    format: str, model: Any, filepath: Any, input_signature: Any = None, samples: Any = None
) -> Any:
    """Write a model, or what is called like one, in a known format."""
    if format == "safetensors":
        return WrittenWeights(Path(filepath), tuple(save_safetensors(model, filepath)))
    write = export_stablehlo if format == "stablehlo" else export_onnx
    return write(model, filepath, input_signature, samples)


def format_of(filepath: Any, format: str | None) -> str:
    """Give the format that is asked for, or that a file's ending says.

    Raises:
        ValueError: an unknown format, or one that needs another library.
    """
    if format is None:
        format = _ENDINGS.get(Path(filepath).suffix.lower())
        if format is None:
            raise ValueError(
                f"export: what shall {str(filepath)!r} be? Give format=..., one of "
                f"{', '.join(map(repr, FORMATS))}."
            )
    if format in _ELSEWHERE:
        raise ValueError(
            f"export: format={format!r} needs {_ELSEWHERE[format]}; here are "
            f"{', '.join(map(repr, FORMATS))}."
        )
    if format not in FORMATS:
        raise ValueError(f"export: unknown format {format!r}. {did_you_mean(str(format), FORMATS)}")
    return format


def _check_options(format: str, options: dict[str, Any]) -> None:
    version = options.pop("opset_version", None)
    if version not in (None, OPSET):
        raise ValueError(f"export: files have ONNX's operators of version {OPSET}, not {version}.")
    if options:
        raise TypeError(f"export got an unexpected argument {next(iter(options))!r}.")
