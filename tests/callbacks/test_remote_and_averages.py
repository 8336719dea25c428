"""Logs posted to a server of the test's own; moving averages in the place of weights."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import keras as real
import numpy as np
import pytest

import kerata
from kerata.callbacks import RemoteMonitor

X = np.random.default_rng(0).normal(size=(24, 2)).astype("float32")
Y = X[:, :1] - X[:, 1:]


@pytest.fixture
def server():
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, self.headers["Content-Type"], self.headers["X-Key"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}", received
    running.shutdown()
    running.server_close()


def test_logs_are_posted_as_a_form_or_as_json(server):
    root, received = server
    logs = {"loss": np.float32(0.5), "accuracy": 1.0}
    RemoteMonitor(root, field="logs", headers={"X-Key": "k"}).on_epoch_end(2, logs)
    RemoteMonitor(root, path="/a", send_as_json=True).on_epoch_end(3, logs)
    (path, kind, key, body), (other, as_json, _, text) = received
    assert (path, kind, key) == ("/publish/epoch/end/", "application/x-www-form-urlencoded", "k")
    assert json.loads(parse_qs(body)["logs"][0]) == {"epoch": 2, "loss": 0.5, "accuracy": 1.0}
    assert (other, as_json) == ("/a", "application/json")
    assert json.loads(text)["epoch"] == 3


def test_a_server_that_is_away_does_not_end_the_training():
    with pytest.warns(UserWarning, match=r"could not send the epoch to http://127\.0\.0\.1:9"):
        RemoteMonitor("http://127.0.0.1:9").on_epoch_end(0, {"loss": 1.0})
    with pytest.raises(ValueError, match="root must begin"):
        RemoteMonitor("file:///tmp")


def network(library):
    model = library.Sequential(
        [library.Input((2,)), library.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile(library.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.8), "mse")
    return model


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_averages_are_judged_as_in_keras(swap_on_epoch):
    found = []
    for library in (kerata, real):
        model, seen = network(library), []
        swap = library.callbacks.SwapEMAWeights(swap_on_epoch)

        def note(epoch, logs, model=model, seen=seen):
            seen.append(model.get_weights()[0].ravel().tolist())

        history = model.fit(
            *(X, Y),
            batch_size=8,
            epochs=3,
            shuffle=False,
            verbose=0,
            validation_data=(X, Y),
            callbacks=[swap, library.callbacks.LambdaCallback(on_epoch_end=note)],
        ).history
        found.append((history["loss"], history["val_loss"], *seen, *model.get_weights()))
    for ours, theirs in zip(*found, strict=True):
        assert np.ravel(ours) == pytest.approx(np.ravel(theirs), rel=1e-5, abs=1e-6)


def test_averages_predict_and_the_weights_come_back():
    model = network(kerata)
    model.fit(X, Y, epochs=2, verbose=0)
    average = model.optimizer._model_variables_moving_average[0]
    average.assign(average.value * 0)
    weights = model.get_weights()
    swap = kerata.callbacks.SwapEMAWeights()
    found = model.predict(X, verbose=0, callbacks=[swap])
    assert np.allclose(found, model.optimizer._model_variables_moving_average[1].numpy())
    assert all(map(np.array_equal, model.get_weights(), weights))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="needs an optimizer with use_ema=True"):
        model.evaluate(X, Y, verbose=0, callbacks=[swap])
