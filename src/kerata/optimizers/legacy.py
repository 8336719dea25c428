"""Old addresses of optimizers: ``keras.optimizers.legacy.Adam`` is ``Adam``."""

from kerata.optimizers.adadelta import Adadelta
from kerata.optimizers.adagrad import Adagrad
from kerata.optimizers.adam import Adam
from kerata.optimizers.adamax import Adamax
from kerata.optimizers.ftrl import Ftrl
from kerata.optimizers.nadam import Nadam
from kerata.optimizers.optimizer import Optimizer
from kerata.optimizers.rmsprop import RMSprop
from kerata.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Adamax",
    "Ftrl",
    "Nadam",
    "Optimizer",
    "RMSprop",
]
