"""How many parts a step of a model's own is given, here and in real Keras."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import kerata  # noqa: E402  (after the check that Keras is there)

X = np.ones((4, 2), "float32")
Y = np.ones((4, 1), "float32")
W = np.ones(4, "float32")


def forms(k, batch, call):
    """Give what the steps of a model see of data in some form."""
    seen = set()

    def seeing(base):
        def step(self, state, data):
            tupled = isinstance(data, tuple)
            seen.add(tuple(part is None for part in data) if tupled else "alone")
            return base(self, state, data) if base is k.Model.predict_step else ({}, state)

        return step

    names = ("train_step", "test_step", "predict_step")
    model_class = type("Own", (k.Model,), {n: seeing(getattr(k.Model, n)) for n in names})
    inputs = k.Input((2,))
    model = model_class(inputs, k.layers.Dense(1)(inputs))
    model.compile("sgd")
    call(model, batch)
    return seen


CALLS = {
    "fit": lambda m, batch: m.fit((b for b in [batch] * 2), verbose=0),
    "evaluate": lambda m, batch: m.evaluate((b for b in [batch] * 2), verbose=0),
    "predict": lambda m, batch: m.predict((b for b in [batch] * 2), verbose=0),
    "fit arrays": lambda m, batch: m.fit(*batch[:2], verbose=0),
    "train_on_batch": lambda m, batch: m.train_on_batch(*batch),
    "predict_on_batch": lambda m, batch: m.predict_on_batch(batch[0]),
}


@pytest.mark.parametrize("batch", [(X,), (X, Y), (X, Y, W), (X, None), (X, Y, None)], ids=len)
@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_steps_get_tuples_of_as_many_parts(batch, call):
    found = [forms(k, batch, CALLS[call]) for k in (keras, kerata)]
    assert found[0]
    assert found[0] == found[1]
