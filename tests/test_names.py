"""Every public name of Keras is a name here, or is listed below with the reason why not."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import keras

import kerata

LATER = "comes later"
OTHER = "belongs to another backend"
# A module that is missing as a whole is one entry, with a star for its names.
MISSING = {
    "layers.TFSMLayer": f"{OTHER}: TensorFlow's SavedModel",
    "layers.TorchModuleWrapper": f"{OTHER}: PyTorch",
}


def missing(theirs: Any, ours: Any, path: str, seen: set[int]) -> Iterator[str]:
    for name in sorted(vars(theirs)):
        there = getattr(theirs, name)
        if name.startswith("_"):
            continue
        if not isinstance(there, types.ModuleType):
            if not hasattr(ours, name):
                yield path + name
        elif there.__name__.startswith("keras.") and id(there) not in seen:
            if there.__name__.startswith("keras.src"):
                continue
            seen.add(id(there))
            yield from missing(there, getattr(ours, name, None), f"{path}{name}.", seen)


def test_every_public_name_of_keras_is_here_or_listed_with_a_reason():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lacking = list(missing(keras, kerata, "", set()))
    assert [n for n in lacking if not any(fnmatch(n, listed) for listed in MISSING)] == []
    in_vain = [listed for listed in MISSING if not any(fnmatch(n, listed) for n in lacking)]
    print("listed in vain:", in_vain)


def test_the_list_is_short_and_gives_reasons():
    assert len(MISSING) <= 40
    assert all(reason.startswith((LATER, OTHER)) for reason in MISSING.values())


def test_a_name_that_nobody_has_is_noticed():
    emptied = types.SimpleNamespace(**{n: getattr(kerata.losses, n) for n in dir(kerata.losses)})
    del emptied.Huber
    assert list(missing(keras.losses, emptied, "losses.", set())) == ["losses.Huber"]
