"""Builders and estimators that the tests of this folder share."""

from kerata import Sequential, layers, optimizers, wrappers as w


def build_classifier(meta, width=8):
    """SciKeras's manner: told about the data, compiled by the estimator or here."""
    one_each = meta["target_type_"] == "multilabel-indicator"
    if one_each:
        last = layers.Dense(meta["n_outputs_"], "sigmoid")
    elif meta["n_classes_"] <= 2:
        last = layers.Dense(1, "sigmoid")
    else:
        last = layers.Dense(meta["n_classes_"], "softmax")
    model = Sequential([layers.Dense(width, "relu"), last])
    one = one_each or meta["n_classes_"] <= 2
    loss = "binary_crossentropy" if one else "sparse_categorical_crossentropy"
    model.compile(optimizers.Adam(0.02), loss)
    return model


def build_regressor(n_outputs_, width=8):
    model = Sequential([layers.Dense(width, "relu"), layers.Dense(n_outputs_)])
    model.compile(optimizers.Adam(0.02), "mse")
    return model


def build_of_both(X, y, loss="mse", last="linear", width=8):
    """Keras 3's manner: given X and y."""
    model = Sequential([layers.Dense(width, "relu"), layers.Dense(y.shape[1], last)])
    model.compile("adam", loss)
    return model


def estimators():
    fast = {"epochs": 30, "random_state": 0, "batch_size": 50}
    classes = {"loss": "categorical_crossentropy", "last": "softmax"}
    given = {"fit_kwargs": {"epochs": 5, "batch_size": 50}, "random_state": 0}
    return {
        "NetworkClassifier": w.NetworkClassifier(8, epochs=30, learning_rate=0.02, batch_size=50),
        "NetworkRegressor": w.NetworkRegressor(8, epochs=30, learning_rate=0.02, batch_size=50),
        "KerasClassifier": w.KerasClassifier(build_classifier, **fast),
        "KerasRegressor": w.KerasRegressor(build_regressor, **fast),
        "SKLearnClassifier": w.SKLearnClassifier(build_of_both, model_kwargs=classes, **given),
        "SKLearnRegressor": w.SKLearnRegressor(build_of_both, **given),
        "SKLearnTransformer": w.SKLearnTransformer(build_of_both, **given),
    }
