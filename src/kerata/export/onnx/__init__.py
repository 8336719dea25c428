"""ONNX: operators that many runtimes know."""
