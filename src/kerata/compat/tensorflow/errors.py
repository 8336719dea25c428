"""``tf.errors``: the kinds of errors."""

from __future__ import annotations

from typing import Any

from kerata.compat.tensorflow.lacking import lacking


class OpError(Exception):
    """An error of TensorFlow's kind.

    Arguments:
        node_def, op: what failed, in TensorFlow; None here.
        message: what was wrong.
    """

    def __init__(self, node_def: Any = None, op: Any = None, message: str = "", *_: Any) -> None:
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message


class InvalidArgumentError(OpError, ValueError):
    """An argument that makes no sense."""


class NotFoundError(OpError, FileNotFoundError):
    """A file that is not there."""


class OutOfRangeError(OpError, IndexError):
    """The end of the data."""


class ResourceExhaustedError(OpError, MemoryError):
    """Not enough memory."""


class UnimplementedError(OpError, NotImplementedError):
    """Something that does not exist."""


class FailedPreconditionError(OpError):
    """Something was not done before."""


class InternalError(OpError):
    """A fault of the library."""


class AlreadyExistsError(OpError, FileExistsError):
    """A file that is there already."""


__getattr__ = lacking(__name__)
