"""Where Keras 2 kept ``plot_model``."""

from kerata.utils.plot_model import model_to_dot, plot_model

__all__ = ["model_to_dot", "plot_model"]
