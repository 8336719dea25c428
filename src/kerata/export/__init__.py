"""Ways out: files that other programs run, by tracing a model once."""

from kerata.export.errors import ExportError
from kerata.export.formats import export_model
from kerata.export.registry import register_onnx

__all__ = ["ExportError", "export_model", "register_onnx"]
