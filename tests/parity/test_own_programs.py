"""Programs with steps of a model's own follow the trajectories of real Keras."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import jax  # noqa: E402  (after the check that Keras is there)
import jax.numpy as jnp  # noqa: E402

import kerata  # noqa: E402

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3)).astype("float32")
Y = (X @ rng.normal(size=(3, 1))).astype("float32")
LABELS = rng.integers(0, 3, 20)
WEIGHTS = rng.uniform(0.1, 2, 20).astype("float32")
FIT = {"batch_size": 6, "shuffle": False, "verbose": 0}


def start(model, seed=1):
    values = np.random.default_rng(seed)
    model.set_weights([values.normal(size=w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def stack(k, *layers, seed=1):
    return start(k.Sequential([k.Input((layers[0],)), *layers[1:]]), seed)


def gan(k, folder):
    """Two networks, two optimizers, a compile() with arguments of its own, a metrics property."""

    class Gan(k.Model):
        def __init__(self, judge, maker):
            super().__init__()
            self.judge, self.maker = judge, maker
            self.trackers = [k.metrics.Mean(name="judge_loss"), k.metrics.Mean(name="maker_loss")]
            self.built = True

        def compile(self, optimizers, loss_fn):
            super().compile()
            self.loss_fn, self.optimizers = loss_fn, optimizers
            for network, optimizer in zip((self.judge, self.maker), optimizers, strict=True):
                optimizer.build(network.trainable_variables)

        @property
        def metrics(self):
            return self.trackers

        def updated(self, optimizer, loss_of, values):
            loss, gradient = jax.value_and_grad(loss_of)(values)
            state = [v.value for v in optimizer.variables]
            return loss, optimizer.stateless_apply(state, gradient, values)[0]

        def train_step(self, state, x):
            trainable, fixed, of_optimizer, of_metrics = state
            count = len(self.judge.trainable_variables)
            judge, maker = trainable[:count], trainable[count:]
            noise, false = jnp.full((x.shape[0], 2), 0.3), jnp.zeros((x.shape[0], 1))

            def judged(judge):
                made, _ = self.maker.stateless_call(maker, [], noise)
                found, _ = self.judge.stateless_call(judge, [], jnp.concatenate([made, x]))
                return self.loss_fn(jnp.concatenate([false + 1, false]), found)

            first, judge = self.updated(self.optimizers[0], judged, judge)

            def deceived(maker):
                made, _ = self.maker.stateless_call(maker, [], noise)
                return self.loss_fn(false, self.judge.stateless_call(judge, [], made)[0])

            second, maker = self.updated(self.optimizers[1], deceived, maker)
            new, logs = [], {}
            for metric, loss in zip(self.trackers, (first, second), strict=True):
                values = metric.stateless_update_state(of_metrics[len(new) : len(new) + 2], loss)
                logs[metric.name] = metric.stateless_result(values)
                new += values
            return logs, (judge + maker, fixed, of_optimizer, new)

    dense = k.layers.Dense
    model = Gan(stack(k, 3, dense(4, "relu"), dense(1)), stack(k, 2, dense(4, "relu"), dense(3)))
    loss = k.losses.BinaryCrossentropy(from_logits=True)
    model.compile([k.optimizers.SGD(0.1), k.optimizers.SGD(0.05)], loss_fn=loss)
    return model.fit(X, epochs=3, **FIT).history, model.get_weights()


def autoencoder(k, folder):
    """A KL divergence from add_loss, counted in compute_loss; no targets."""

    class Sample(k.layers.Layer):
        def call(self, inputs):
            mean, logarithm = inputs
            spread = 1 + logarithm - mean**2 - k.ops.exp(logarithm)
            self.add_loss(-0.5 * k.ops.mean(spread))
            return mean

    class Autoencoder(k.Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = k.layers.Dense(4), k.layers.Dense(3)
            self.sample, self.divergence = Sample(), k.metrics.Mean(name="divergence")

        def call(self, x):
            code = self.encoder(x)
            return self.decoder(self.sample([code[:, :2], code[:, 2:]]))

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            divergence = sum(self.losses)
            self.divergence.update_state(divergence)
            return k.ops.mean((x - y_pred) ** 2) + divergence

    model = Autoencoder()
    model(X)
    start(model).compile("adam")
    history = model.fit(X, epochs=3, validation_data=(X[:7], None), **FIT).history
    return history, model.evaluate(X, verbose=0, return_dict=True), model.get_weights()


def pairs(k, folder):
    """A contrastive loss on the distance of two inputs."""

    class Pairs(k.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            loss = y * y_pred**2 + (1 - y) * k.ops.maximum(1 - y_pred, 0) ** 2
            return k.ops.mean(loss if sample_weight is None else loss * sample_weight[:, None])

    one, other = k.Input((3,)), k.Input((3,))
    embed = stack(k, 3, k.layers.Dense(4, "tanh"))
    squares = k.ops.sum((embed(one) - embed(other)) ** 2, axis=-1, keepdims=True)
    model = Pairs([one, other], k.ops.sqrt(squares + 1e-6))
    model.compile("rmsprop", metrics=["mae"])
    x, y = [X, X[::-1].copy()], (Y > 0).astype("float32")
    fitted = model.fit(x, y, epochs=3, sample_weight=WEIGHTS, validation_split=0.2, **FIT)
    return fitted.history, model.evaluate(x, y, verbose=0), model.predict(x, verbose=0)


def distillation(k, folder):
    """A teacher inside that is not trained."""

    class Student(k.Model):
        def __init__(self, student, teacher):
            super().__init__()
            self.student, self.teacher = student, teacher
            teacher.trainable = False

        def compile(self, optimizer, temperature):
            super().compile(optimizer, metrics=[k.metrics.SparseCategoricalAccuracy()])
            self.temperature = temperature

        def call(self, x):
            return self.student(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            soft = [
                k.ops.softmax(scores / self.temperature)
                for scores in (self.teacher(x, training=False), y_pred)
            ]
            hard = k.losses.SparseCategoricalCrossentropy(from_logits=True)(y, y_pred)
            return 0.3 * hard + 0.7 * k.losses.KLDivergence()(*soft) * self.temperature**2

    dense = k.layers.Dense
    model = Student(stack(k, 3, dense(3), seed=5), stack(k, 3, dense(3), seed=6))
    model.compile("adam", temperature=4)
    history = model.fit(X, LABELS, epochs=3, **FIT).history
    return history, model.evaluate(X, LABELS, verbose=0, return_dict=True), model.get_weights()


def by_hand(k, folder):
    """Mixed rows, clipped gradients, and averages of the weights kept among the variables."""

    class ByHand(k.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.means = [
                self.add_weight(shape=v.shape, initializer="zeros", trainable=False)
                for v in self.trainable_variables
            ]

        def train_step(self, state, data):
            trainable, fixed, of_optimizer, of_metrics = state
            x, y = (0.7 * part + 0.3 * part[::-1] for part in data)
            gradient = jax.grad(self.compute_loss_and_updates, has_aux=True)
            gradients, (loss, _, fixed, of_metrics) = gradient(
                *(trainable, fixed, of_metrics, x, y, None),
                training=True,
                optimizer_variables=of_optimizer,
            )
            norm = jnp.sqrt(sum(jnp.sum(g**2) for g in gradients))
            gradients = [g * jnp.minimum(1, 0.5 / norm) for g in gradients]
            trainable, of_optimizer = self.optimizer.stateless_apply(
                of_optimizer, gradients, trainable
            )
            places = {id(v): i for i, v in enumerate(self.non_trainable_variables)}
            fixed = list(fixed)
            for mean, value in zip(self.means, trainable, strict=True):
                fixed[places[id(mean)]] = 0.9 * fixed[places[id(mean)]] + 0.1 * value
            return {"loss": loss, "norm": norm}, (trainable, fixed, of_optimizer, of_metrics)

    inputs = k.Input((3,))
    model = start(ByHand(inputs, k.layers.Dense(1)(k.layers.BatchNormalization()(inputs))))
    model.set_weights([np.abs(w) for w in model.get_weights()])
    model.compile(k.optimizers.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.9), "mse")
    history = model.fit(X, Y, epochs=3, **FIT).history
    return history, [np.asarray(v.value) for v in model.means], model.evaluate(X, Y, verbose=0)


def weighted_classes(k, folder):
    """Weights of classes reach the step; rows that are split off for validation have none."""

    class Weighted(k.Model):
        def train_step(self, state, data):
            assert len(data) == 3
            return super().train_step(state, data)

        def test_step(self, state, data):
            assert len(data) == 2
            return super().test_step(state, data)

    inputs = k.Input((3,))
    model = start(Weighted(inputs, k.layers.Dense(3, "softmax")(inputs)))
    model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    weights = {0: 1.0, 1: 3.0, 2: 0.5}
    return model.fit(X, LABELS, epochs=2, class_weight=weights, validation_split=0.3, **FIT).history


def stopping(k, folder):
    """Callbacks that watch what a step of evaluation reports."""

    class Own(k.Model):
        def test_step(self, state, data):
            logs, state = super().test_step(state, data)
            return {"mine": 1.0 + 0 * logs["loss"], "other": logs["loss"]}, state

    inputs = k.Input((3,))
    model = start(Own(inputs, k.layers.Dense(1)(inputs)))
    model.compile("adam", "mse")
    watch = [
        k.callbacks.EarlyStopping("val_mine", patience=2, mode="min", restore_best_weights=True),
        k.callbacks.ReduceLROnPlateau("val_mine", patience=1, mode="min", factor=0.5),
    ]
    fitted = model.fit(X, Y, epochs=9, validation_data=(X, Y), callbacks=watch, **FIT)
    return fitted.history, model.get_weights(), model.evaluate(X, Y, verbose=0)


def files(k, folder):
    """Saved, loaded, cloned and trained on: functional models whose class says no config."""
    outcome = []
    for number, own in enumerate((False, True)):

        class Base(k.Model):
            def train_step(self, state, data):
                logs, state = super().train_step(state, data)
                return {**logs, "twice": logs["loss"] * 2}, state

        class WithInit(Base):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.three = k.metrics.Mean(name="three")

        register = k.saving.register_keras_serializable(f"own_{number}_{k.__name__}")
        model_class = register(WithInit if own else Base)
        inputs = k.Input((3,))
        model = start(model_class(inputs, k.layers.Dense(1)(inputs), name="named"))
        model.compile("adam", "mse")
        outcome.append(model.fit(X, Y, epochs=2, **FIT).history)
        model.save(folder / f"{number}.keras")
        again = k.saving.load_model(folder / f"{number}.keras")
        outcome.append(again.fit(X, Y, epochs=2, **FIT).history)
        assert type(again) is model_class
        assert again.name == "named"
        assert type(k.models.clone_model(model)) is model_class
    return outcome


def resumed(k, folder):
    """A training that broke off is taken up; the best weights are those of a step's own report."""

    class Own(k.Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "twice": logs["loss"] * 2}, state

    class Broken(k.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("broken off")

    def made():
        inputs = k.Input((3,))
        model = start(Own(inputs, k.layers.Dense(1)(inputs)))
        model.compile("adam", "mse")
        return model

    def backup():
        return k.callbacks.BackupAndRestore(folder / "backup")

    with pytest.raises(RuntimeError, match="broken off"):
        made().fit(X, Y, epochs=4, callbacks=[backup(), Broken()], **FIT)
    best = folder / "best.weights.h5"
    keep = k.callbacks.ModelCheckpoint(
        best, "twice", mode="min", save_best_only=True, save_weights_only=True
    )
    model, kept = made(), made()
    history = model.fit(X, Y, epochs=4, callbacks=[backup(), keep], **FIT).history
    kept.load_weights(best)
    return history, model.get_weights(), kept.get_weights()


PROGRAMS = [
    *(gan, autoencoder, pairs, distillation, by_hand),
    *(weighted_classes, stopping, files, resumed),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.one_in(2)
def test_trajectories(program, tmp_path):
    found = []
    for k in (keras, kerata):
        folder = tmp_path / k.__name__
        folder.mkdir()
        found.append(program(k, folder))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-5), *found)
