"""The names by which metrics are found."""

from kerata.base.registry import Namespace

namespace = Namespace("keras.metrics", "metric")
