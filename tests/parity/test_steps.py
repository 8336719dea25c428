"""Models with training steps of their own, here and in real Keras: the same trajectories."""

import itertools

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import jax  # noqa: E402  (after the check that Keras is there)

import kerata  # noqa: E402

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3)).astype("float32")
Y = (X @ rng.normal(size=(3, 1)) + 0.1).astype("float32")
WEIGHTS = rng.uniform(0.1, 2.0, size=20).astype("float32")
START = [rng.normal(size=(3, 1)).astype("float32"), np.zeros(1, "float32")]


def losses_and_updates(self, trainable, fixed, of_metrics, x, y, weight, training=False):
    y_pred, fixed = self.stateless_call(trainable, fixed, x, training=training)
    loss, (_, fixed, of_metrics) = self.stateless_compute_loss(
        trainable,
        fixed,
        of_metrics,
        x=x,
        y=y,
        y_pred=y_pred,
        sample_weight=weight,
        training=training,
    )
    return loss, (y_pred, fixed, of_metrics)


def counted(self, of_metrics, loss, y, y_pred, weight):
    logs, new = {}, []
    for metric in self.metrics:
        values = of_metrics[len(new) : len(new) + len(metric.variables)]
        given = (loss,) if metric.name == "loss" else (y, y_pred)
        values = metric.stateless_update_state(values, *given, sample_weight=weight)
        logs[metric.name] = metric.stateless_result(values)
        new += values
    return logs, new


def whole_steps(k, base):
    """Steps written out, with the losses and metrics of ``compile``."""

    def train_step(self, state, data):
        trainable, fixed, of_optimizer, of_metrics = state
        x, y, weight = k.utils.unpack_x_y_sample_weight(data)
        gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, (y_pred, fixed, of_metrics)), gradients = gradient(
            trainable, fixed, of_metrics, x, y, weight, training=True
        )
        trainable, of_optimizer = self.optimizer.stateless_apply(of_optimizer, gradients, trainable)
        logs, of_metrics = counted(self, of_metrics, loss, y, y_pred, weight)
        return logs, (trainable, fixed, of_optimizer, of_metrics)

    def test_step(self, state, data):
        x, y, weight = k.utils.unpack_x_y_sample_weight(data)
        loss, (y_pred, fixed, of_metrics) = self.compute_loss_and_updates(*state, x, y, weight)
        logs, of_metrics = counted(self, of_metrics, loss, y, y_pred, weight)
        return logs, (state[0], fixed, of_metrics)

    return {
        "compute_loss_and_updates": losses_and_updates,
        "train_step": train_step,
        "test_step": test_step,
    }


def own_loss_and_metrics(k, base):
    """Everything the model's own: nothing but an optimizer is compiled."""

    def __init__(self, *args, **kwargs):
        base.__init__(self, *args, **kwargs)
        self.tracker = k.metrics.Mean(name="loss")
        self.error = k.metrics.MeanAbsoluteError(name="error")

    def train_step(self, state, data):
        trainable, fixed, of_optimizer, of_metrics = state
        x, y, weight = k.utils.unpack_x_y_sample_weight(data)

        def loss_of(trainable, fixed):
            y_pred, fixed = self.stateless_call(trainable, fixed, x, training=True)
            loss = k.losses.MeanSquaredError()(y, y_pred, sample_weight=weight)
            return loss, (y_pred, fixed)

        (loss, (y_pred, fixed)), gradients = jax.value_and_grad(loss_of, has_aux=True)(
            trainable, fixed
        )
        trainable, of_optimizer = self.optimizer.stateless_apply(of_optimizer, gradients, trainable)
        first = self.tracker.stateless_update_state(of_metrics[:2], loss)
        second = self.error.stateless_update_state(of_metrics[2:], y, y_pred)
        logs = {
            "loss": self.tracker.stateless_result(first),
            "error": self.error.stateless_result(second),
            "more": {"last": loss, "rows": x.shape[0]},
        }
        return logs, (trainable, fixed, of_optimizer, first + second)

    def test_step(self, state, data):
        x, y, _ = k.utils.unpack_x_y_sample_weight(data)
        y_pred, _ = self.stateless_call(*state[:2], x, training=False)
        values = self.error.stateless_update_state(state[2][2:], y, y_pred)
        logs = {"error": self.error.stateless_result(values)}
        return logs, (*state[:2], state[2][:2] + values)

    metrics = property(lambda self: [self.tracker, self.error])
    return {
        "__init__": __init__,
        "train_step": train_step,
        "test_step": test_step,
        "metrics": metrics,
    }


def super_steps(k, base):
    def train_step(self, state, data):
        logs, state = base.train_step(self, state, data)
        return {**logs, "parts": float(len(data))}, state

    def test_step(self, state, data):
        logs, state = base.test_step(self, state, data)
        return {"twice": 2 * logs["loss"]}, state

    def predict_step(self, state, data):
        outputs, fixed = base.predict_step(self, state, data)
        return 2 * outputs + 1, fixed

    return {"train_step": train_step, "test_step": test_step, "predict_step": predict_step}


def metrics_of_its_own(k, base):
    def __init__(self, *args, **kwargs):
        base.__init__(self, *args, **kwargs)
        self.largest = k.metrics.Mean(name="largest")
        self.untouched = k.metrics.Mean(name="untouched")

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.largest.update_state(k.ops.max(y_pred))
        return base.compute_metrics(self, x, y, y_pred, sample_weight)

    def get_metrics_result(self):
        results = base.get_metrics_result(self)
        return {**results, "double": 2 * results["loss"]}

    return {
        "__init__": __init__,
        "compute_metrics": compute_metrics,
        "get_metrics_result": get_metrics_result,
    }


def loss_without_training(k, base):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
        return k.ops.mean(k.ops.abs(y - y_pred)) + sum(self.losses)

    return {"compute_loss": compute_loss}


def loss_with_tracker(k, base):
    def __init__(self, *args, **kwargs):
        base.__init__(self, *args, **kwargs)
        self.own = k.metrics.Mean(name="own")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = base.compute_loss(self, x, y, y_pred, sample_weight) * (2.0 if training else 3.0)
        self.own.update_state(loss)
        return loss

    return {"__init__": __init__, "compute_loss": compute_loss}


def other_total(k, base):
    def stateless_compute_loss(self, *args, **kwargs):
        loss, variables = base.stateless_compute_loss(self, *args, **kwargs)
        return 2 * loss + 1, variables

    return {"stateless_compute_loss": stateless_compute_loss}


def other_gradient(k, base):
    def compute_loss_and_updates(self, *args, **kwargs):
        loss, others = base.compute_loss_and_updates(self, *args, **kwargs)
        return 3 * loss, others

    return {"compute_loss_and_updates": compute_loss_and_updates}


def functions_of_its_own(k, base):
    def wrapped(kind, change):
        def make(self, force=False):
            getattr(base, f"make_{kind}_function")(self, force=True)
            inner = getattr(self, f"{kind}_function")

            def function(state, batches):
                found, state = inner(state, batches)
                return change(found), state

            setattr(self, f"{kind}_function", function)

        return make

    return {
        "make_train_function": wrapped("train", lambda logs: {**logs, "one": 1.0}),
        "make_test_function": wrapped("test", lambda logs: {"double": 2 * logs["loss"]}),
        "make_predict_function": wrapped("predict", lambda outputs: outputs + 5),
    }


# Keras can't read weights outside steps, so a step that is written out has none.
PENALTY = {super_steps: "l2", loss_with_tracker: "l2", loss_without_training: "l2"}


@pytest.mark.only_cases(
    "whole_steps", "own_loss_and_metrics", "super_steps", "metrics_of_its_own", "loss_with_tracker"
)
@pytest.mark.parametrize(
    "methods",
    [
        whole_steps,
        own_loss_and_metrics,
        super_steps,
        metrics_of_its_own,
        loss_without_training,
        loss_with_tracker,
        other_total,
        other_gradient,
        functions_of_its_own,
    ],
    ids=lambda methods: methods.__name__,
)
def test_steps_of_a_models_own(methods):
    found = []
    for k in (keras, kerata):
        model_class = type("Own", (k.Model,), methods(k, k.Model))
        inputs = k.Input((3,))
        model = model_class(
            inputs, k.layers.Dense(1, kernel_regularizer=PENALTY.get(methods))(inputs)
        )
        model.set_weights(START)
        bare = methods is own_loss_and_metrics
        model.compile("adam") if bare else model.compile("adam", loss="mse", metrics=["mae"])
        seen = []

        class Watch(k.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None, seen=seen):
                seen.append({name: float(value) for name, value in logs.items()})

        history = model.fit(
            X,
            Y,
            batch_size=8,
            epochs=2,
            shuffle=False,
            verbose=0,
            # The mean of a batch that is counted step by step has no weights of rows.
            sample_weight=None if methods is whole_steps else WEIGHTS,
            validation_data=(X[:9], Y[:9]),
            callbacks=[Watch()],
        )
        whole = model.fit(X, Y, batch_size=8, shuffle=False, verbose=0).history
        judged = model.evaluate(X, Y, verbose=0, return_dict=True)
        listed = model.train_on_batch(X, Y) if methods is not whole_steps else 0
        outputs = model.predict(X, verbose=0)
        found.append([history.history, seen, whole, judged, listed, outputs, model.get_weights()])
    for theirs, ours in zip(*found, strict=True):
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-5), theirs, ours
        )


def reading_all(k, base):
    """A function that reads the batches of an execution itself and gives their mean loss."""

    def make_train_function(self, force=False):
        step = jax.jit(self.train_step)

        def function(state, batches):
            losses = []
            # Keras takes StopIteration for the end of an epoch.
            batches = itertools.chain([next(batches)], batches)
            for _, data in zip(range(self.steps_per_execution), batches, strict=False):
                logs, state = step(state, data)
                losses.append(logs["loss"])
            return {**logs, "mean": sum(losses) / len(losses), "batches": len(losses)}, state

        self.train_function = function

    return {"make_train_function": make_train_function}


def reading_two(k, base):
    """A function that reads two batches a step: an epoch has half as many calls."""

    def make_train_function(self, force=False):
        step = jax.jit(self.train_step)

        def function(state, batches):
            first, second = next(batches), next(batches)
            _, state = step(state, first)
            logs, state = step(state, second)
            return {**logs, "two": 2.0}, state

        self.train_function = function

    return {"make_train_function": make_train_function}


def batches_of(data):
    for start in range(0, len(data[0]), 4):
        yield tuple(part[start : start + 4] for part in data)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("source", ["arrays", "generator"])
@pytest.mark.parametrize(
    ("methods", "executed"),
    [(reading_all, 1), (reading_all, 2), (reading_all, 4), (reading_two, 1)]
    + [(functions_of_its_own, 2), (super_steps, 3), (metrics_of_its_own, 3)],
)
@pytest.mark.one_in(3)
def test_executions_of_several_steps(methods, executed, source):
    found = []
    for k in (keras, kerata):
        model_class = type("Own", (k.Model,), methods(k, k.Model))
        inputs = k.Input((3,))
        model = model_class(inputs, k.layers.Dense(1)(inputs))
        model.set_weights(START)
        model.compile("adam", loss="mse", metrics=["mae"], steps_per_execution=executed)
        seen = []

        class Watch(k.callbacks.Callback):
            # Keras also begins a batch that a generator does not have.
            def on_train_batch_end(self, batch, logs=None, seen=seen):
                seen.append((batch, {name: float(value) for name, value in logs.items()}))

            def on_predict_batch_end(self, batch, logs=None, seen=seen):
                seen.append((batch, logs["outputs"]))

        stream = source == "generator"
        rows = 16 if methods is reading_two else 18

        def data(rows=rows, stream=stream):
            return (batches_of((X[:rows], Y[:rows])),) if stream else (X[:rows], Y[:rows])

        more = {"verbose": 0} | ({} if stream else {"batch_size": 4})
        fitted = [
            model.fit(*data(), shuffle=False, callbacks=watch, **more).history
            for watch in ([], [], [Watch()])
        ]
        judged = model.evaluate(*data(), return_dict=True, **more)
        outputs = model.predict(data()[0], callbacks=[Watch()], **more)
        found.append([fitted, seen, judged, outputs, model.get_weights()])
    for theirs, ours in zip(*found, strict=True):
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-5), theirs, ours
        )
