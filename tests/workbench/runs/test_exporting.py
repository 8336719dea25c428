"""Runs as ONNX files: raw rows in, answers out, in another program."""

import sys

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
onnxruntime = pytest.importorskip("onnxruntime")

import kerata  # noqa: E402  # after the check for pandas
from kerata import layers  # noqa: E402
from kerata.cli.main import main  # noqa: E402
from kerata.export import ExportError  # noqa: E402
from kerata.export.onnx.graph import OnnxGraph, declared  # noqa: E402
from kerata.workbench import fit_source, read_source  # noqa: E402
from kerata.workbench.core.onnx_file import export_answers  # noqa: E402
from kerata.workbench.core.result import outputs_of  # noqa: E402
from kerata.workbench.core.task import Task as Task_  # noqa: E402
from kerata.workbench.data.containers import Images  # noqa: E402
from kerata.workbench.data.schema import infer_columns  # noqa: E402
from kerata.workbench.features.images import ImagePreparation  # noqa: E402
from kerata.workbench.features.tables import TablePreparation  # noqa: E402
from kerata.workbench.features.texts import TextPreparation  # noqa: E402
from kerata.workbench.networks import (  # noqa: E402
    images as image_networks,
    texts as text_networks,
)
from kerata.workbench.runs.exporting import export_run  # noqa: E402
from kerata.workbench.training.ensemble import averaged  # noqa: E402


def prepared(preparation, rows):
    """Run a preparation in onnxruntime, and as it is; gives both by the inputs' names."""
    graph = OnnxGraph()
    raw = preparation.raw_inputs()
    made = preparation.write_onnx(graph, {name: name for name, _, _ in raw})
    names = {name: graph.rename(value, f"out {name}") for name, value in made.items()}
    types = {"numbers": "float32", "categories": "int32", "words": "float32"}
    words = "float32" if getattr(preparation, "bag", None) is not None else "int32"
    proto = graph.proto(
        "preparation",
        [declared(name, dtype, ("batch", *shape)) for name, dtype, shape in raw],
        [declared(n, words if k == "words" else types[k], None) for k, n in names.items()],
    )
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    got = session.run(None, preparation.raw_arrays(rows))
    wanted = preparation.transform(rows)
    wanted = wanted if isinstance(wanted, dict) else {"words": wanted}
    dense = {k: v.toarray() if hasattr(v, "toarray") else v for k, v in wanted.items()}
    return dict(zip(names, got, strict=True)), dense


def messy(number=120, seed=0):
    rng = np.random.default_rng(seed)
    days = pandas.Timestamp("2019-12-20") + pandas.to_timedelta(rng.integers(0, 900, number), "D")
    times = days + pandas.to_timedelta(rng.integers(0, 86400, number), "s")
    words = ["good", "bad", "don't", "<br/>", "Été", "movie!", "so  so", "the thing", "?"]
    frame = pandas.DataFrame(
        {
            "size": rng.normal(size=number).round(3),
            "income": np.exp(rng.normal(size=number) * 2 + 8).round(2),
            "town": rng.choice(["Ulm", "Bonn", "KÖLN", "New York"], number),
            "member": rng.choice(["yes", "no"], number),
            "day": days.strftime("%d.%m.%Y"),
            "at": times.strftime("%Y-%m-%d %H:%M:%S"),
            "note": [" ".join(rng.choice(words, 7)) + f" w{i % 9}" for i in range(number)],
            "kind": rng.choice(["a", "b"], number),
        }
    )
    frame.loc[::7, "size"] = np.nan
    frame.loc[::11, "town"] = None
    return frame


def strange():
    """Give rows that the preparation did not see: other spellings, gaps, wrong dates."""
    frame = messy(12, seed=1)
    frame.loc[0, "town"] = "  köln  "
    frame.loc[1, "town"] = "NEW YORK"
    frame.loc[2, "town"] = "N/A"
    frame.loc[3, "town"] = "Rome"
    frame.loc[4, ["day", "note"]] = None
    frame.loc[5, "day"] = "29.02.2020"
    frame.loc[6, "at"] = "2020-03-01"
    frame.loc[7, "at"] = "2020-03-01T23:59:59"
    frame.loc[8, "income"] = np.inf
    frame.loc[9, "income"] = -5
    frame.loc[10, "member"] = " TRUE"
    frame.loc[11, "note"] = "GOOD good <b class='x'>bad</b> été ÉTÉ"
    return frame


class Rows:
    def __init__(self, frame):
        self.frame = frame


class Task:
    target_columns = "kind"


@pytest.mark.parametrize("options", [{}, {"ranked": True, "beside": True}], ids=["plain", "ranks"])
def test_tables_are_prepared_alike(options):
    frame = messy()
    columns = infer_columns(frame, "kind")
    kinds = {c.name: c.kind for c in columns}
    assert kinds["at"] == kinds["day"] == "date"
    assert kinds["note"] == "text"
    made = TablePreparation(**options).fit(Rows(frame), Task(), columns)
    for rows in (frame, strange()):
        got, wanted = prepared(made, Rows(rows))
        np.testing.assert_allclose(got["numbers"], wanted["numbers"], rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(got["categories"], wanted["categories"])
        np.testing.assert_allclose(got["words"], wanted["words"], atol=1e-6)


class TextRows:
    def __init__(self, texts, labels=None):
        self.texts, self.labels, self.origins = texts, labels, None


class Opinion:
    kind, target_columns, parts, classes = "binary", "label", (), ["a", "b"]

    def encode(self, values):
        return np.array([self.classes.index(v) for v in values])


@pytest.mark.parametrize(
    "options",
    [
        {"weights": "naive-bayes", "ngrams": 3},
        {"weights": "counts"},
        {"weights": "sequence"},
    ],
    ids=lambda options: options["weights"],
)
def test_texts_are_prepared_alike(options):
    texts = list(messy()["note"])
    made = TextPreparation(**options)
    made.fit(TextRows(texts, ["a", "b"] * 60), Opinion())
    others = ["", "nothing known here", "good " * 30 + "bad", "Good<br />GOOD don’t don't", *texts]
    got, wanted = prepared(made, TextRows(others))
    np.testing.assert_allclose(got["words"], wanted["words"], atol=1e-6)


def test_a_run_answers_raw_rows_in_another_program(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "argv", ["kerata", "export", "fruit", "-o", "fruit.onnx"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "size, town to label, probabilities; on 40 rows" in told
    session = onnxruntime.InferenceSession(place / "fruit.onnx")
    frame = pandas.DataFrame({"size": [0.5, np.nan, -2.0], "town": ["ulm ", None, "Rome"]})
    label, shares = session.run(
        None,
        {
            "size": frame["size"].to_numpy()[:, None],
            "town": np.array([["ulm "], [""], ["Rome"]], object),
        },
    )
    wanted = run.predict(Rows(frame))
    np.testing.assert_allclose(shares[:, 1], wanted, atol=1e-6)
    assert label.tolist() == [run.task.classes[int(share > 0.5)] for share in wanted]


def test_the_network_alone_in_other_formats(run, tmp_path):
    import keras

    written = export_run(run, tmp_path / "fruit.keras", format="keras")
    assert "Keras 3 opens" in str(written)
    prepared = run.preparation.transform(Rows(strange()[["size", "town"]]))
    theirs = keras.saving.load_model(written.path).predict(prepared, verbose=0)
    np.testing.assert_allclose(theirs, run.model.predict(prepared, verbose=0), atol=1e-6)
    weights = export_run(run, tmp_path / "fruit.safetensors", format="safetensors")
    assert sum("kernel" in name or "weight" in name for name in weights.names) >= 1


@pytest.mark.slow
def test_an_amount_and_a_trained_network(tmp_path, place):
    source = read_source(place / "fruit.csv", target="price")
    trained = fit_source(source, network="linear", epochs=2, folds=1, columns={"kind": "drop"})
    written = trained.export(tmp_path / "price.onnx")
    assert written.outputs == ("prediction",)
    assert written.rows == len(trained.outputs)
    assert written.difference < 1e-5


def test_what_cannot_be_exported_is_one_sentence(run, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    for words, told in (
        (("--to", "onxx"), "Did you mean 'onnx'?"),
        (("--rows", "nothing.csv"), "nothing.csv"),
    ):
        monkeypatch.setattr(sys, "argv", ["kerata", "export", "fruit", *words, "-o", "no.onnx"])
        with pytest.raises(SystemExit) as ended:
            main()
        error = capsys.readouterr().err
        assert ended.value.code == 2
        assert told in error
        assert len(error.strip().splitlines()) == 1
    assert not (place / "no.onnx").exists()


def test_dates_in_words_are_refused():
    frame = messy()
    frame["day"] = pandas.to_datetime(frame["day"], format="%d.%m.%Y").dt.strftime("%d %b %Y")
    made = TablePreparation().fit(Rows(frame), Task(), infer_columns(frame, "kind"))
    graph = OnnxGraph()
    with pytest.raises(ExportError, match=r"'day' has dates written as '%d %b %Y'"):
        made.write_onnx(graph, {name: name for name, _, _ in made.raw_inputs()})


def amount(name):
    return Task_("regression", name, [], "")


TASKS = {
    "labels": Task_("labels", "t", ["red", "green", "blue"], "", "|"),
    "classes": Task_("classes", "t", ["red", "green", "blue"], ""),
    "several": Task_(
        "regression", "a, b, c", [], "", parts=tuple(map(amount, "abc")), scales=(1.0, 1.0, 1.0)
    ),
}


@pytest.mark.parametrize("kind", TASKS)
def test_answers_of_each_kind_of_task(kind, tmp_path):
    frame = pandas.DataFrame({"size": [0.5, -1.0, 2.0, 3.0] * 5, "kind": ["a", "b"] * 10})
    made = TablePreparation().fit(Rows(frame), Task(), infer_columns(frame, "kind"))
    numbers = kerata.Input((1,), name="numbers")
    activation = None if kind == "several" else "sigmoid"
    model = kerata.Model({"numbers": numbers}, layers.Dense(3, activation=activation)(numbers))
    task = TASKS[kind]
    outputs = outputs_of(model, made.transform(frame), task)
    path = tmp_path / "m.onnx"
    written = export_answers(model, made, task, Rows(frame), outputs, path)
    assert written.difference < 1e-5
    raw = made.raw_arrays(Rows(frame))
    got = dict(zip(written.outputs, onnxruntime.InferenceSession(path).run(None, raw), strict=True))
    if kind == "several":
        assert list(got) == ["prediction_a", "prediction_b", "prediction_c"]
        np.testing.assert_allclose(got["prediction_b"], outputs[:, 1], atol=1e-6)
    elif kind == "labels":
        np.testing.assert_array_equal(got["labels"], outputs > 0.5)
    else:
        assert got["label"].tolist() == [task.classes[n] for n in outputs.argmax(axis=1)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["text_cnn", "embeddings", "bag_of_words", "averaged", "cnn_bn"])
def test_networks_of_texts_and_images(name, tmp_path):
    task = Task_("binary", "t", ["bad", "good"], "")
    rng = np.random.default_rng(0)
    if name == "cnn_bn":
        rows = Images(rng.integers(0, 255, (9, 28, 28, 1)).astype("uint8"), None, None)
        made = ImagePreparation().fit(rows, task)
        model = image_networks.cnn_bn(made.inputs, task)
    else:
        rows = TextRows(list(messy()["note"]), ["bad", "good"] * 60)
        words = name in ("text_cnn", "embeddings")
        made = TextPreparation("sequence" if words else "tfidf", ngrams=2).fit(rows, task)
        build = getattr(text_networks, name, text_networks.bag_of_words)
        model = build(made.inputs, task)
        if name == "averaged":
            model = averaged([model, build(made.inputs, task)])
    model.set_weights([abs(rng.normal(size=w.shape)) for w in model.get_weights()])
    outputs = outputs_of(model, made.transform(rows), task)
    written = export_answers(model, made, task, rows, outputs, tmp_path / "m.onnx")
    assert written.difference < 1e-5
    assert written.rows == len(outputs)
