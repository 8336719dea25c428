"""``tf.math``."""

from kerata.compat.tensorflow.arithmetic import FUNCTIONS
from kerata.compat.tensorflow.lacking import lacking

globals().update(FUNCTIONS)
__getattr__ = lacking(__name__)
