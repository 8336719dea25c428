"""What ``serialize_keras_object`` and the families' ``serialize`` write, beside Keras."""

import keras
import numpy as np
import pytest

import kerata

OBJECTS = {
    "loss function": lambda k: k.losses.mean_squared_error,
    "metric function": lambda k: k.metrics.binary_accuracy,
    "activation": lambda k: k.activations.relu,
    "in a list": lambda k: [k.losses.huber, {"a": (1, k.activations.gelu)}],
    "bytes": lambda k: b"abc",
    "ellipsis": lambda k: ...,
    "slice": lambda k: slice(1, None, 2),
    "number": lambda k: np.float32(1.5),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_are_written_as_by_keras_and_come_back(name):
    theirs, ours = (k.saving.serialize_keras_object(OBJECTS[name](k)) for k in (keras, kerata))
    assert ours == theirs
    assert kerata.saving.deserialize_keras_object(ours) == OBJECTS[name](kerata)


@pytest.mark.parametrize("family", ["losses", "metrics"])
def test_functions_are_written_by_their_families(family):
    theirs, ours = (
        getattr(k, family).serialize(k.losses.mean_absolute_error) for k in (keras, kerata)
    )
    assert ours == theirs
    assert kerata.losses.deserialize(ours) is kerata.losses.mean_absolute_error


@pytest.mark.parametrize(
    "serialize",
    [
        kerata.saving.serialize_keras_object,
        kerata.losses.serialize,
        kerata.layers.serialize,
        kerata.optimizers.serialize,
        kerata.initializers.serialize,
    ],
)
def test_classes_are_refused(serialize):
    with pytest.raises(TypeError, match="Can't write the class SGD"):
        serialize(kerata.optimizers.SGD)
