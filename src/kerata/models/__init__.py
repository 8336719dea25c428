"""Models: stacks, graphs and subclasses of layers that can be trained."""

from kerata.models.cloning import clone_model
from kerata.models.model import Functional, Model
from kerata.models.sequential import Sequential

__all__ = ["Functional", "Model", "Sequential", "clone_model"]
