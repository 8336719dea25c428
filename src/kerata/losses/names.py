"""The names by which losses are found."""

from kerata.base.registry import Namespace

namespace = Namespace("keras.losses", "loss")
