"""Metrics that make some of their variables when they first see a batch; figures of Keras 3.15."""

import numpy as np
import pytest

import kerata as keras
from kerata import layers, metrics

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3)).astype("float32")
Y = rng.normal(size=(20, 2)).astype("float32")
LABELS = np.eye(3, dtype="float32")[rng.integers(0, 3, 20)]


class Late(metrics.Metric):
    """A mean of sums, with one variable from the beginning and one after the first batch."""

    def __init__(self, name="late"):
        super().__init__(name=name)
        self.batches = self.add_variable((), "zeros", name="batches")
        self.sums = None

    def update_state(self, y_true, y_pred, sample_weight=None):
        if self.sums is None:
            self.sums = self.add_variable((y_pred.shape[-1],), "zeros", name="sums")
        self.sums.assign(self.sums + keras.ops.sum(y_pred, axis=0))
        self.batches.assign(self.batches + 1)

    def result(self):
        return 0.0 if self.sums is None else keras.ops.sum(self.sums) / self.batches


class Network(keras.Model):
    def __init__(self, units=2, activation=None, extra=None):
        super().__init__()
        self.dense = layers.Dense(units, activation, kernel_initializer="ones")
        self.extra = extra

    def call(self, x):
        return self.dense(x)


class Counting(Network):
    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.extra.update_state(y, y_pred)
        return self.get_metrics_result()


class Stepping(Network):
    def train_step(self, state, data):
        return super().train_step(state, data)


def functional():
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Dense(2, kernel_initializer="ones")(inputs))


FIT = {"epochs": 2, "verbose": 0, "shuffle": False, "batch_size": 8, "validation_data": (X, Y)}
SEEN = {
    "r2_score": ([-3.08361, -2.8514], [-2.89913, -2.68086]),
    "late": ([3.07141, 2.92162], [2.9399, 2.79452]),
}


@pytest.mark.parametrize("metric", [metrics.R2Score, Late])
@pytest.mark.parametrize("make", [Network, functional, Stepping])
def test_each_kind_of_model_reports_them(make, metric):
    model, metric = make(), metric()
    model.compile("sgd", "mse", metrics=[metric])
    history = model.fit(X, Y, **FIT).history
    training, validation = SEEN[metric.name]
    np.testing.assert_allclose(history[metric.name], training, atol=2e-5)
    np.testing.assert_allclose(history[f"val_{metric.name}"], validation, atol=2e-5)


@pytest.mark.parametrize("metric", [metrics.R2Score, Late])
def test_one_that_compute_metrics_counts(metric):
    model = Counting(extra=metric())
    model.compile("sgd", "mse")
    history = model.fit(X, Y, **FIT).history
    training, validation = SEEN[model.extra.name]
    np.testing.assert_allclose(history[model.extra.name], training, atol=2e-5)
    np.testing.assert_allclose(history[f"val_{model.extra.name}"], validation, atol=2e-5)


def test_one_whose_result_is_a_vector_and_that_has_no_variables_before():
    model = Counting(3, "softmax", metrics.F1Score())
    model.compile("sgd", "mse")
    history = model.fit(X, LABELS, **FIT | {"validation_data": (X, LABELS)}).history
    np.testing.assert_allclose(history["val_f1_score"][1], [0.5, 0.46154, 0.54545], atol=2e-5)


def test_single_batches_and_evaluation():
    model = Network()
    model.compile("sgd", "mse", metrics=[metrics.R2Score()])
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), [4.04508, -3.13588], atol=2e-5)
    model.train_on_batch(X, Y)
    figures = model.train_on_batch(X, Y)
    np.testing.assert_allclose(figures, [3.97053, -3.05839], atol=2e-5)
    np.testing.assert_allclose(model.test_on_batch(X, Y), [3.89788, -2.98287], atol=2e-5)


def test_weighted():
    model = functional()
    model.compile("sgd", "mse", weighted_metrics=[metrics.R2Score()])
    more = {"sample_weight": np.arange(20.0), "validation_data": None}
    history = model.fit(X, Y, **FIT | more).history
    np.testing.assert_allclose(history["r2_score"], [-3.22891, -1.17844], atol=2e-5)


def test_one_that_computes_outside_jax_needs_no_trace():
    class Outside(metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(float(np.max(np.asarray(y_pred))))

    model = functional()
    model.compile("sgd", "mse", metrics=[Outside(name="top")], run_eagerly=True)
    figures = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert figures["top"] == pytest.approx(float((X.sum(1)).max()), rel=1e-5)
