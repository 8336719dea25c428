"""Objects to configs and back in the layout of Keras 2."""

from kerata.utils.legacy import deserialize_keras_object, serialize_keras_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]
