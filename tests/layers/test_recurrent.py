"""What recurrent layers do that can't be read off Keras: dropout, kept states, errors."""

import numpy as np
import pytest

import kerata
from kerata import layers
from kerata.layers.rows import keeps_rows_apart

X = np.random.default_rng(0).normal(size=(4, 5, 3)).astype("float32")
# With these a state is the sum of all inputs so far.
SUMS = {"activation": None, "kernel_initializer": "ones", "recurrent_initializer": "ones"}


def test_dropped_inputs_are_the_same_in_all_steps():
    layer = layers.SimpleRNN(1, dropout=0.5, return_sequences=True, seed=1, **SUMS)
    ones = np.ones((40, 6, 8), "float32")
    out = np.asarray(layer(ones, training=True))[..., 0]
    steps = np.diff(out, axis=1, prepend=0)
    np.testing.assert_allclose(steps, steps[:, :1].repeat(6, 1), rtol=1e-5)
    assert len(set(steps[:, 0].tolist())) > 3
    assert 6 < steps.mean() < 10
    again = np.asarray(layer(ones, training=True))[..., 0]
    assert not np.allclose(out, again)
    np.testing.assert_allclose(layer(ones)[:, -1, 0], np.full(40, 48.0))


def test_dropped_states_are_the_same_in_all_steps():
    layer = layers.SimpleRNN(1, recurrent_dropout=0.5, return_sequences=True, seed=1, **SUMS)
    out = np.asarray(layer(np.ones((60, 4, 1), "float32"), training=True))[..., 0]
    # A state that is dropped leaves 1 in each step; one that stays counts twice.
    kinds = {tuple(row) for row in out.tolist()}
    assert kinds == {(1.0, 1.0, 1.0, 1.0), (1.0, 3.0, 7.0, 15.0)}


@pytest.mark.parametrize("cell", [layers.LSTMCell, layers.GRUCell])
@pytest.mark.parametrize("wrap", [layers.RNN, lambda c: layers.RNN([c])], ids=["alone", "stacked"])
def test_a_cell_in_a_stack_drops_the_same_in_all_steps(cell, wrap):
    made = wrap(cell(2, dropout=0.5, recurrent_dropout=0.5, seed=1))
    ones = np.ones((4, 1, 3), "float32")
    made(ones)
    seen = []
    inner = made.cell.cells[0] if isinstance(made.cell, layers.StackedRNNCells) else made.cell
    project = inner.project
    inner.project = lambda x, drops: seen.append(drops) or project(x, drops)
    made(np.ones((4, 3, 3), "float32"), training=True)
    gates = inner.gates
    assert all(len(d.inputs) == len(d.states) == gates for d in seen)
    assert all(d is seen[0] for d in seen)
    assert inner._held is None


def test_a_dropout_layer_in_a_cell_draws_anew_in_each_step():
    class Noisy(layers.Layer):
        state_size = 1

        def __init__(self):
            super().__init__()
            self.drop = layers.Dropout(0.5)

        def call(self, inputs, states, training=False):
            return self.drop(inputs, training=training), states

    ones = np.ones((1, 50, 1), "float32")
    out = np.asarray(layers.RNN(Noisy(), return_sequences=True)(ones, training=True))
    assert set(out.ravel().tolist()) == {0.0, 2.0}


def test_a_cell_may_change_variables_and_add_losses():
    class Counting(layers.Layer):
        state_size = 1

        def build(self, shape):
            self.count = self.add_weight((), "zeros", trainable=False, name="count")

        def call(self, inputs, states):
            self.count.assign(self.count + 1.0)
            self.add_loss(inputs.sum())
            return inputs[:, :1], states

    model = kerata.Sequential([kerata.Input((5, 3)), layers.RNN(Counting()), layers.Dense(1)])
    layer = model.layers[0]
    layer(X)
    assert float(layer.cell.count.value) == 5.0
    np.testing.assert_allclose(sum(layer.losses), X.sum(), rtol=1e-5)
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((4, 1)), batch_size=4, epochs=2, verbose=0)
    assert float(layer.cell.count.value) == 15.0


def stateful():
    return kerata.Sequential(
        [kerata.Input(batch_shape=(2, 5, 3)), layers.Bidirectional(layers.GRU(3, stateful=True))]
    )


def test_states_go_on_in_fit_evaluate_and_predict():
    model = stateful()
    layer = model.layers[0]
    steps = [np.asarray(model(X[:2])), np.asarray(model(X[2:]))]
    layer.reset_states()
    out = model.predict(X, batch_size=2, verbose=0)
    np.testing.assert_allclose(out, np.concatenate(steps), rtol=1e-5)
    end = [np.asarray(v) for v in layer.states]
    layer.reset_state()
    model.compile(kerata.optimizers.SGD(0.0), "mse")
    model.evaluate(X, np.zeros((4, 6)), batch_size=2, verbose=0)
    np.testing.assert_allclose([np.asarray(v) for v in layer.states], end, rtol=1e-5)
    layer.reset_states()
    np.testing.assert_allclose(layer.states[0], np.zeros((2, 3)))
    model.fit(X, np.zeros((4, 6)), batch_size=2, shuffle=False, verbose=0)
    np.testing.assert_allclose([np.asarray(v) for v in layer.states], end, rtol=1e-5)
    assert len(model.get_weights()) == 6
    assert not keeps_rows_apart(model)
    with pytest.raises(AttributeError, match=r"keeps no states; stateful=True would"):
        layers.Bidirectional(layers.GRU(3)).reset_states()


def test_rows_stay_apart():
    apart = [
        layers.LSTM(2),
        layers.GRU(2, activation="softmax"),
        layers.Bidirectional(layers.SimpleRNN(2)),
        layers.RNN([layers.GRUCell(2), layers.LSTMCell(2)]),
        layers.TimeDistributed(layers.Dense(2)),
    ]
    for layer in apart:
        assert keeps_rows_apart(kerata.Sequential([kerata.Input((5, 3)), layer]))
    mixing = layers.LSTM(2, activation=lambda x: x - x.mean(0))
    for layer in (mixing, layers.RNN([mixing.cell]), layers.TimeDistributed(layers.Softmax(0))):
        assert not keeps_rows_apart(kerata.Sequential([kerata.Input((5, 3)), layer]))


def test_stable_losses_see_through_time_distributed():
    model = kerata.Sequential(
        [
            kerata.Input((2, 1)),
            layers.TimeDistributed(layers.Dense(2, "softmax", kernel_initializer="ones")),
        ]
    )
    model.layers[0].layer.kernel.assign([[100.0, 0.0]])
    model.compile("sgd", "sparse_categorical_crossentropy")
    loss = model.evaluate(np.ones((1, 2, 1)), np.ones((1, 2)), verbose=0)
    np.testing.assert_allclose(loss, 100.0, rtol=1e-5)


def test_time_distributed_draws_anew_in_each_step():
    layer = layers.TimeDistributed(layers.Dropout(0.5))
    out = np.asarray(layer(np.ones((1, 50, 1)), training=True))
    assert set(out.ravel().tolist()) == {0.0, 2.0}
    images = np.ones((2, 3, 8, 8, 1), "float32")
    stack = kerata.Sequential([layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(4)])
    assert layers.TimeDistributed(stack)(images).shape == (2, 3, 4)


class Bad(layers.Layer):
    state_size = 2

    def call(self, inputs, states):
        return inputs, [states[0][:, :1]]


LSTM3 = layers.LSTM(3, name="it")
LSTM3(X)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.LSTM(0), r"LSTMCell: units must be a positive integer, got units=0"),
        (lambda: layers.GRU(2, dropout=1.5), r"GRUCell: dropout must be from 0 to 1"),
        (lambda: layers.LSTM(2)(X[0]), r"\(LSTM\): expected \(batch, steps, features\), got"),
        (lambda: layers.SimpleRNN(2)(X[..., None]), r"expected \(batch, steps, features\)"),
        (lambda: LSTM3(X[..., :2]), r"'it' \(LSTM\): expected axis -1 to have size 3"),
        (lambda: layers.LSTM(2)(X[:, :0]), r"needs at least one step, got .* \(4, 0, 3\)"),
        (lambda: layers.LSTM(2, unroll=True)(kerata.Input((None, 3))), r"number of steps"),
        (lambda: LSTM3(X, mask=X[:, :2, 0] > 0), r"mask must have shape \(batch, steps\), here"),
        (
            lambda: LSTM3(X, initial_state=[X[:, 0]]),
            r"'it' \(LSTM\): initial_state must be 2 arrays of shapes \(batch, 3\), \(batch, 3\)",
        ),
        (
            lambda: LSTM3(kerata.Input((5, 3)), initial_state=[kerata.Input((2,))] * 2),
            r"initial_state must be 2 arrays .* got \(None, 2\), \(None, 2\)",
        ),
        (lambda: layers.LSTM(2, stateful=True)(kerata.Input((5, 3))), r"Input\(batch_shape="),
        (lambda: layers.LSTM(2, use_cudnn=True), r"LSTM: use_cudnn=True .* not used here"),
        (lambda: layers.RNN(layers.Dense(2)), r"RNN: a cell needs state_size, which <Dense"),
        (lambda: layers.RNN(3), r"RNN: a cell needs call\(\), which 3"),
        (lambda: layers.RNN([]), r"StackedRNNCells needs a list of cells"),
        (lambda: layers.RNN(Bad())(X), r"Bad got states of shapes .*\(4, 2\).* of shapes"),
        (lambda: layers.LSTMCell(2)(X[:, 0], [X[:, 0, :2]]), r"\(LSTMCell\) has 2 states, got 1"),
        (lambda: layers.GRUCell(2)(X, [X]), r"\(GRUCell\): expected 2 axes"),
        (lambda: layers.Bidirectional(layers.Dense(2)), r"must be a recurrent layer"),
        (lambda: layers.Bidirectional(layers.LSTM(2), "add"), r"merge_mode must be one of"),
        (
            lambda: layers.Bidirectional(layers.LSTM(2), backward_layer=layers.LSTM(2)),
            r"must go different ways",
        ),
        (
            lambda: layers.Bidirectional(
                layers.LSTM(2),
                backward_layer=layers.LSTM(2, go_backwards=True, return_state=True),
            ),
            r"agree in return_state",
        ),
        (lambda: layers.TimeDistributed(3), r"TimeDistributed needs a layer to apply, got 3"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X[0]), r"at least 3 axes"),
        (
            lambda: layers.TimeDistributed(layers.GRU(2, return_state=True))(X[..., None]),
            r"needs a layer with one output",
        ),
    ],
)
def test_errors(make, words):
    with pytest.raises(ValueError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)
