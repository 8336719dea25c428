"""Metrics by themselves: own metrics, traced state, choice by shape, messages."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerata import losses, metrics
from kerata.base.custom_objects import custom_object_scope
from kerata.base.scope import Scope
from kerata.metrics.resolve import build_metric, resolve_metric


class Largest(metrics.Metric):
    """As users write them: state by attribute, lists of variables, a metric inside."""

    def __init__(self, scale=1.0, name="largest", **kwargs):
        super().__init__(name=name, **kwargs)
        self.scale = scale
        self.largest = self.add_weight(name="largest", initializer="zeros")
        self.start = self.add_weight(name="start", initializer="ones", shape=(2,))
        self.parts = [self.add_variable((), "zeros", name="part"), metrics.Mean()]

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(jnp.maximum(self.largest.value, jnp.max(y_pred) * self.scale))
        self.parts[0].assign_add(1)
        self.parts[1].update_state(y_pred)

    def result(self):
        return {"largest": self.largest.value, "mean": self.parts[1].result()}

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


BATCHES = [(jnp.zeros(2), jnp.array([1.0, 5.0])), (jnp.zeros(1), jnp.array([3.0]))]


def test_own_metric_eagerly():
    metric = Largest(scale=2.0)
    for batch in BATCHES:
        result = metric(*batch)
    assert {k: float(v) for k, v in result.items()} == {"largest": 10.0, "mean": 3.0}
    assert [v.name for v in metric.variables] == ["largest", "start", "part", "total", "count"]
    assert metric.variables[0].path == "largest/largest"
    metric.reset_states()
    assert all(float(jnp.sum(v.value)) == 0 for v in metric.variables)


def test_own_metric_in_a_compiled_scan():
    metric = Largest()
    y_pred = jnp.array([[1.0, 5.0], [3.0, 3.0]])

    @jax.jit
    def run(state, y_pred):
        def step(state, batch):
            with Scope(zip(metric.variables, state, strict=True)) as scope:
                metric.update_state(None, batch)
            return [scope.read(v) for v in metric.variables], None

        state, _ = jax.lax.scan(step, state, y_pred)
        return metric.stateless_result(state)

    result = run([v.value for v in metric.variables], y_pred)
    assert {k: float(v) for k, v in result.items()} == {"largest": 5.0, "mean": 3.0}
    assert float(metric.largest.value) == 0.0


def test_own_metric_survives_its_config():
    config = metrics.serialize(Largest(scale=3.0, name="big"))
    assert config["config"] == {"name": "big", "dtype": "float32", "scale": 3.0}
    with custom_object_scope({"Largest": Largest}):
        again = metrics.deserialize(config)
    assert (again.name, again.scale) == ("big", 3.0)


def test_state_before_super_init_is_refused():
    class Wrong(metrics.Metric):
        def __init__(self):
            self.total = self.add_variable((), "zeros", name="total")

    with pytest.raises(RuntimeError, match=r"Wrong.__init__ must call super\(\).__init__\(\)"):
        Wrong()


def test_missing_methods_are_named():
    with pytest.raises(NotImplementedError, match=r"no update_state\(\) method"):
        metrics.Metric()(1)
    with pytest.raises(NotImplementedError, match=r"no result\(\) method"):
        metrics.Metric().result()


def test_stateless_calls_need_the_whole_state():
    with pytest.raises(ValueError, match=r"Metric 'mean' has 2 variables; .* 1 values"):
        metrics.Mean().stateless_result([1.0])


def test_lazy_metrics_are_built_without_a_batch():
    metric = metrics.AUC(multi_label=True)
    shape = jax.ShapeDtypeStruct((2, 3), "float32")
    assert metric.variables == []
    build_metric(metric, shape, shape)
    assert [v.shape for v in metric.variables] == [(200, 3)] * 4
    assert all(isinstance(v.value, jax.Array) for v in metric.variables)


SHAPES = [
    ((None, 1), (None, 1), "Binary"),
    ((None,), (None, 1), "Binary"),
    ((None, 4), (None, 5, 1), "Binary"),
    ((None,), (None, 3), "SparseCategorical"),
    ((None, 1), (None, 3), "SparseCategorical"),
    ((None, 5), (None, 5, 3), "SparseCategorical"),
    ((None, 3), (None, 3), "Categorical"),
]


@pytest.mark.parametrize(("true_shape", "pred_shape", "kind"), SHAPES)
@pytest.mark.parametrize("name", ["acc", "accuracy", "crossentropy", "ce"])
def test_choice_by_shape(name, true_shape, pred_shape, kind):
    metric = resolve_metric(name, true_shape, pred_shape)
    ending = "Accuracy" if name.startswith("acc") else "Crossentropy"
    assert type(metric).__name__ == kind + ending
    assert metric.name == name


def test_crossentropy_reads_logits_as_the_loss_does():
    loss = losses.CategoricalCrossentropy(from_logits=True)
    assert resolve_metric("ce", (None, 3), (None, 3), loss).from_logits is True
    assert resolve_metric("ce", (None, 3), (None, 3)).from_logits is False


def test_what_resolves_to_what():
    metric = metrics.Mean(name="mine")
    assert resolve_metric(metric, (1,), (1,)) is metric
    assert resolve_metric(metrics.AUC, (1,), (1,)).name.startswith("auc")
    assert resolve_metric(metrics.serialize(metrics.Recall(name="r")), (1,), (1,)).name == "r"

    def half_error(y_true, y_pred):
        return jnp.abs(y_true - y_pred) / 2

    wrapped = resolve_metric(half_error, (4,), (4,))
    assert (wrapped.name, type(wrapped).__name__) == ("half_error", "MeanMetricWrapper")
    assert float(wrapped(jnp.zeros(4), jnp.ones(4))) == 0.5
    assert resolve_metric("rmse", (1,), (1,)).name == "rmse"


def test_unknown_metric():
    with pytest.raises(ValueError, match=r"Unknown metric 'acuracy'\. Did you mean 'accuracy'"):
        resolve_metric("acuracy", (None, 1), (None, 1))
    with pytest.raises(TypeError, match="Expected a metric"):
        resolve_metric(3, (None, 1), (None, 1))
    with pytest.raises(TypeError, match="got None"):
        resolve_metric(None, (None, 1), (None, 1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: metrics.Precision(thresholds=1.5),
            "Precision: thresholds must be from 0 to 1",
        ),
        (
            lambda: metrics.AUC(num_thresholds=1),
            "AUC: num_thresholds must be an integer of at",
        ),
        (lambda: metrics.AUC(curve="roc2"), "curve must be one of 'ROC', 'PR', 'PRGAIN'"),
        (lambda: metrics.AUC(summation_method="mean"), "summation_method must be one of"),
        (lambda: metrics.AUC(num_labels=3), "num_labels is only for"),
        (
            lambda: metrics.RecallAtPrecision(1.2),
            "RecallAtPrecision: precision must be from 0",
        ),
        (lambda: metrics.PrecisionAtRecall(0.2, num_thresholds=0), "at least 1, got 0"),
        (lambda: metrics.F1Score(average="mean"), "average must be one of"),
        (lambda: metrics.FBetaScore(beta=-1.0), "beta must be above 0"),
        (lambda: metrics.F1Score(threshold=0.0), "threshold must be above 0"),
        (lambda: metrics.R2Score(class_aggregation="sum"), "class_aggregation must be one of"),
        (lambda: metrics.R2Score(num_regressors=-1), "must not be negative"),
        (lambda: metrics.AUC(thresholds=[2.0]), "AUC: thresholds must be from 0 to 1"),
        (lambda: metrics.AUC(num_thresholds=3.5), "must be an integer of at least 2, got 3.5"),
        (lambda: metrics.Recall(thresholds=[]), "Recall: thresholds must hold at least one"),
        (lambda: metrics.Precision(top_k=0), "Precision: top_k must be a positive integer"),
        (lambda: metrics.TopKCategoricalAccuracy(k=0), "k must be a positive integer"),
        (lambda: metrics.BinaryCrossentropy(label_smoothing=-0.5), "label_smoothing must be from"),
        (lambda: metrics.IoU(0, [0]), "IoU: num_classes must be a positive integer"),
        (lambda: metrics.IoU(2, []), "target_class_ids must name at least one"),
        (lambda: metrics.IoU(2, [1], ignore_class="x"), "ignore_class must be an integer"),
        (lambda: metrics.OneHotIoU(2, [1], axis=0.5), "axis must be an integer"),
        (lambda: metrics.BinaryIoU(threshold="x"), "BinaryIoU: threshold must be a number"),
        (lambda: metrics.FBetaScore(beta="x"), "FBetaScore: beta must be a number"),
        (lambda: metrics.Mean(name=3), "name must be a string, got name=3"),
        (lambda: metrics.IoU(2, [-1]), "target_class_ids has class -1"),
        (lambda: metrics.IoU(2, [2]), "target_class_ids has class 2"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


@pytest.mark.parametrize(
    ("metric", "true_shape", "pred_shape", "message"),
    [
        (metrics.F1Score(), (4,), (4, 3), r"labels of shape \(4,\)"),
        (metrics.R2Score(), (4, 3, 2), (4, 3, 2), r"shape \(batch, outputs\)"),
        (metrics.AUC(multi_label=True), (4,), (4,), r"shape \(batch, labels\)"),
        (metrics.Precision(class_id=1), (4,), (4,), "class_id=1 is none of the classes"),
        (metrics.CategoricalAccuracy(), (4,), (4, 3), "of the shape of y_pred"),
        (metrics.Precision(class_id=7), (4, 2), (4, 2), "class_id=7 is none of the classes"),
        (metrics.PrecisionAtRecall(0.5, class_id=-3), (4, 2), (4, 2), "class_id=-3 is none of"),
        (metrics.Recall(top_k=3), (4, 2), (4, 2), "top_k=3 asks for more than"),
        (metrics.AUC(), (4, 3), (4, 2), "compares y_true and y_pred number by number"),
        (metrics.TruePositives(), (3,), (4,), "compares y_true and y_pred number by number"),
        (metrics.MeanSquaredError(), (4, 3), (4, 2), "mean_squared_error compares"),
        (metrics.RootMeanSquaredError(), (3,), (4,), "compares y_true and y_pred"),
        (metrics.BinaryAccuracy(), (4, 3), (4, 2), "binary_accuracy compares"),
        (metrics.SparseCategoricalAccuracy(), (1,), (4, 3), "takes one integer label for each"),
        (metrics.SparseTopKCategoricalAccuracy(), (3,), (4, 3), "takes one integer label for"),
        (metrics.MeanIoU(2), (3,), (4,), "needs a prediction for each label"),
        (metrics.F1Score(), (4, 2), (4, 3), "compares y_true and y_pred"),
        (metrics.AUC(label_weights=[1.0]), (4, 2), (4, 2), "label_weights of shape"),
        (metrics.AUC(multi_label=True, label_weights=[1.0]), (4, 2), (4, 2), "label_weights of"),
        (metrics.R2Score(), (4, 2), (4, 3), "compares y_true and y_pred"),
    ],
)
def test_shapes_that_do_not_fit(metric, true_shape, pred_shape, message):
    with pytest.raises(ValueError, match=message):
        metric.update_state(jnp.zeros(true_shape), jnp.ones(pred_shape))


@pytest.mark.parametrize("name", ["MeanIoU", "OneHotMeanIoU"])
def test_weights_of_images_go_with_the_first_axis(name):
    rng = np.random.default_rng(0)
    y_true, y_pred = (rng.integers(0, 3, size=(2, 4, 4)) for _ in range(2))
    if name == "OneHotMeanIoU":
        y_true, y_pred = np.eye(3)[y_true], np.eye(3)[y_pred]
    weighted, first = (getattr(metrics, name)(num_classes=3) for _ in range(2))
    weighted.update_state(y_true, y_pred, sample_weight=[1, 0])
    first.update_state(y_true[:1], y_pred[:1])
    assert float(weighted.result()) == float(first.result()) > 0


def test_r2_of_vectors():
    y_true, y_pred = jnp.array([1.0, 4.0, 3.0]), jnp.array([2.0, 4.0, 4.0])
    assert float(metrics.R2Score()(y_true, y_pred)) == pytest.approx(
        float(metrics.R2Score()(y_true[:, None], y_pred[:, None]))
    )


def test_results_before_the_first_batch_are_zero():
    for name in ("Mean", "AUC", "Precision", "F1Score", "R2Score", "BinaryAccuracy"):
        assert float(getattr(metrics, name)().result()) == 0.0


def test_directions():
    assert metrics.AUC()._direction == "up"
    assert metrics.MeanSquaredError()._direction == "down"
    assert metrics.MeanMetricWrapper(lambda t, p: p)._direction is None


@pytest.mark.parametrize(
    "metric", [metrics.MeanSquaredError(), metrics.Precision(), metrics.MeanIoU(2), metrics.Mean()]
)
def test_weights_that_do_not_go_with_the_rows(metric):
    rows = (np.ones(4), np.ones(4)) if type(metric) is not metrics.Mean else (np.ones(4),)
    with pytest.raises(ValueError, match=r"sample_weight of shape \(3,\) does not go with"):
        metric.update_state(*rows, sample_weight=np.ones(3))


def test_what_is_no_number_is_refused_in_a_sentence():
    with pytest.raises(TypeError, match="takes numbers as y_true, got None"):
        metrics.MeanSquaredError().update_state(None, [1.0])
    with pytest.raises(TypeError, match="as y_pred, got strings, or rows of different lengths"):
        metrics.Precision().update_state([1, 0], ["a", "b"])


@pytest.mark.parametrize("classes", [None, 1, 2.5, True, "ab"])
def test_target_classes_are_a_list(classes):
    with pytest.raises(TypeError, match="BinaryIoU: target_class_ids must be a list of classes"):
        metrics.BinaryIoU(target_class_ids=classes)
