"""The examples in the documentation of kerata.compat run, with TensorFlow's language on."""

import doctest
import importlib
import pkgutil


def test_examples(tf):
    names = [m.name for m in pkgutil.iter_modules(tf.__path__, f"{tf.__name__}.")]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(r.attempted for r in results) > 10
    assert not any(r.failed for r in results)
