"""Running programs that were written for Keras, as they are."""

from kerata.running.keras_imports import serve_keras_imports
from kerata.running.program import MissingPiece, run_program

__all__ = ["MissingPiece", "run_program", "serve_keras_imports"]
