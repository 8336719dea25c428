"""Ways out: files that other programs run, by tracing a model once."""

from kerata.export.archive import ExportArchive
from kerata.export.errors import ExportError
from kerata.export.formats import export_model
from kerata.export.registry import register_onnx
from kerata.export.safetensors import load_safetensors, save_safetensors

__all__ = [
    "ExportArchive",
    "ExportError",
    "export_model",
    "load_safetensors",
    "register_onnx",
    "save_safetensors",
]
