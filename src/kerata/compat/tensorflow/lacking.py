"""Names that a module of TensorFlow has and the one here has not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn


def lacking(module: str) -> Callable[[str], Any]:
    """Give the ``__getattr__`` of a module, which refuses names in one sentence.

    Arguments:
        module: name of the module here, ``'kerata.compat.tensorflow.math'``.
    """
    theirs = module.replace("kerata.compat.tensorflow", "tensorflow")

    def refuse(name: str) -> NoReturn:
        raise AttributeError(
            f"Kerata has no {theirs}.{name} yet.", name=name, obj=sys.modules.get(module)
        )

    return refuse
