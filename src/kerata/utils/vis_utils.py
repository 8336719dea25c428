"""Where Keras 2 had ``plot_model``: ``from kerata.utils.vis_utils import plot_model``."""

from kerata.utils.plot_model import model_to_dot, plot_model

__all__ = ["model_to_dot", "plot_model"]
