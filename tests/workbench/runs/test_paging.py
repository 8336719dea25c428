"""Runs as pages that answer in a browser, without a server and without a network."""

import io
import re
import sys

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pytest.importorskip("onnxruntime")
pillow = pytest.importorskip("PIL.Image")

from kerata.cli.main import main  # noqa: E402  # after the check for pandas
from kerata.export.onnx.graph import OnnxGraph, declared  # noqa: E402
from kerata.workbench import fit_source, read_source, runs  # noqa: E402
from kerata.workbench.core.onnx_file import answering_graph  # noqa: E402
from kerata.workbench.core.pictures import fitted  # noqa: E402
from kerata.workbench.data.containers import Images, Table, Texts  # noqa: E402
from kerata.workbench.data.schema import infer_columns  # noqa: E402
from kerata.workbench.features.tables import TablePreparation  # noqa: E402
from kerata.workbench.runs.exporting import export_run  # noqa: E402

from ...export.page_in_node import in_node, needs_node  # noqa: E402
from .test_exporting import Rows, Task, messy, strange  # noqa: E402


def command(monkeypatch, *words):
    """Run a command; gives its exit code."""
    monkeypatch.setattr(sys, "argv", ["kerata", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code or 0


def row_by_row(arrays):
    count = len(next(iter(arrays.values())))
    return [
        {name: values[row : row + 1] for name, values in arrays.items()} for row in range(count)
    ]


@needs_node
def test_strange_rows_are_prepared_alike(tmp_path):
    frame = messy()
    columns = infer_columns(frame, "kind")
    made = TablePreparation(ranked=True, beside=True).fit(Rows(frame), Task(), columns)
    graph = OnnxGraph()
    raw = made.raw_inputs()
    values = made.write_onnx(graph, {name: name for name, _, _ in raw})
    names = {name: graph.rename(value, f"out {name}") for name, value in values.items()}
    types = {"numbers": "float32", "categories": "int32", "words": "float32"}
    proto = graph.proto(
        "preparation",
        [declared(name, dtype, ("batch", *shape)) for name, dtype, shape in raw],
        [declared(n, types[k], None) for k, n in names.items()],
    )
    rows = row_by_row(made.raw_arrays(Rows(strange())))
    (found,) = in_node(tmp_path, [(proto, rows)])
    wanted = made.transform(Rows(strange()))
    for place, name in enumerate(names):
        got = np.concatenate([row[place] for row in found])
        want = wanted[name]
        want = want.toarray() if hasattr(want, "toarray") else want
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6, err_msg=name)


@needs_node
def test_a_run_answers_as_predict_does(tmp_path, place, run):
    proto, _ = answering_graph(run.model, run.preparation, run.task)
    rows = read_source(place / "fruit.csv", target="kind").train
    given = row_by_row(run.preparation.raw_arrays(rows))[:20]
    (found,) = in_node(tmp_path, [(proto, given)])
    shares = np.array([row[1][0, 1] for row in found])
    np.testing.assert_allclose(shares, run.predict(rows)[:20], atol=1e-6)


def test_the_file_forbids_all_else_and_escapes(place, run, monkeypatch, capsys):
    monkeypatch.chdir(place)
    assert command(monkeypatch, "export", "fruit", "--to", "page", "--rows", "fruit.csv") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.match(r"fruit\.html: a page \(0\.\d MB\) that answers in a browser", said)
    page = (place / "fruit.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not re.search("connect|unsafe|http", policy)
    data = re.search(r'id="data">(.*?)</script>', page, re.S)[1]
    assert "<" not in data
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_a_network_that_the_page_can_not_compute_leaves_no_file(place, run, monkeypatch, capsys):
    from kerata.export.page import graph

    monkeypatch.chdir(place)
    monkeypatch.setattr(graph, "operators", lambda: frozenset({"Add"}))
    words = ["export", "fruit", "--to", "page", "--rows", "fruit.csv", "-o", "other.html"]
    assert command(monkeypatch, *words) == 2
    assert "The page can't compute" in capsys.readouterr().err
    assert not (place / "other.html").exists()


@pytest.fixture
def opened(browser):
    """Open a file without a network; nothing may go wrong on it, nothing be asked for."""
    wrong, contexts = [], []

    def open_(path, width=1280, mode="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=mode, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("request", lambda asked: path.as_uri() != asked.url and _outside(asked.url, wrong))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not wrong


def _outside(url, wrong):
    if not url.startswith(("data:", "blob:")):
        wrong.append(url)


def shown(page, text):
    page.wait_for_function(
        "text => document.querySelector('.answer').innerText.includes(text)", arg=text
    )
    return page.inner_text(".answer")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "mode"), [(1280, "light"), (390, "dark")])
def test_a_table_in_the_browser(tmp_path, opened, width, mode):
    frame = messy(400)
    frame["price <b>"] = (3 * frame["size"].fillna(0) + (frame["town"] == "Ulm")).round(3)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    source = read_source(tmp_path / "rows.csv", target="price <b>")
    trained = fit_source(source, epochs=5, folds=1)
    run = runs.save(trained, "prices", tmp_path / "runs")
    written = export_run(run, tmp_path / "prices.html", format="page", rows=tmp_path / "rows.csv")
    assert written.difference < 1e-4
    page = opened(tmp_path / "prices.html", width, mode)
    fields = {"size": "0.5", "income": "3000", "town": "Köln", "member": "yes"}
    fields |= {"day": "29.02.2020", "at": "2020-03-01 12:00:00", "note": "good <b>été</b>"}
    for name, value in fields.items():
        page.get_by_label(name, exact=True).fill(value)
    row = frame.head(1).assign(**fields)
    row["size"], row["income"] = 0.5, 3000.0
    wanted = float(run.predict(Table(row))[0])
    page.wait_for_function(
        "wanted => Math.abs(wanted - Number(document.querySelector('.result')?.innerText"
        "?.replace('−', '-')))  < 1e-3",
        arg=wanted,
    )
    said = page.inner_text(".answer")
    assert {"lower", "upper"} <= set(said.split())
    page.get_by_label("size", exact=True).fill("much")
    assert "Column 'size' holds 'much', where a number is expected." in shown(page, "'much'")
    page.get_by_label("size", exact=True).fill("99")
    assert "which training had" in page.inner_text(".fields")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_texts_in_the_browser(tmp_path, opened):
    folder = tmp_path / "reviews"
    rng = np.random.default_rng(0)
    for kind, words in (("bad", "awful dull poor"), ("good", "great İyi Превосходный")):
        (folder / kind).mkdir(parents=True)
        for number in range(60):
            text = " ".join(rng.choice(words.split() + ["the", "film", "was"], 9))
            (folder / kind / f"{number}.txt").write_text(text)
    trained = fit_source(read_source(folder), network="text-cnn", epochs=4, folds=1)
    run = runs.save(trained, "reviews", tmp_path / "runs")
    export_run(run, tmp_path / "reviews.html", format="page", rows=folder)
    page = opened(tmp_path / "reviews.html")
    shares = []
    for text in ("İYİ film, GREAT!", "Превосходный", "The <b>poor</b> DULL film"):
        page.locator("textarea").fill(text)
        shares.append(float(run.predict(Texts([text], None, [text]))[0]))
        assert f"good\n{100 * shares[-1]:.1f}%" in shown(page, f"{100 * shares[-1]:.1f}%")
    assert len({round(share, 3) for share in shares}) == 3


@pytest.mark.slow
def test_pictures_in_the_browser(tmp_path, opened):
    folder = tmp_path / "bars"
    rng = np.random.default_rng(0)
    for kind in ("across", "down"):
        (folder / kind).mkdir(parents=True)
        for number in range(40):
            image = rng.integers(0, 60, (12, 12)).astype("uint8")
            place = rng.integers(3, 9)
            image[(place, slice(None)) if kind == "across" else (slice(None), place)] = 250
            pillow.fromarray(image).save(folder / kind / f"{number}.png")
    trained = fit_source(read_source(folder), network="cnn", epochs=25, folds=1)
    run = runs.save(trained, "bars", tmp_path / "runs")
    export_run(run, tmp_path / "bars.html", format="page", rows=folder)
    page = opened(tmp_path / "bars.html")
    large = rng.integers(0, 256, (37, 50, 3)).astype("uint8")
    kept = io.BytesIO()
    pillow.fromarray(large).save(kept, "PNG")
    page.set_input_files(
        "#picture", {"name": "a.png", "mimeType": "image/png", "buffer": kept.getvalue()}
    )
    wanted = run.predict(read_pixels(fitted(large, (12, 12, 1))))[0]
    said = shown(page, "%")
    first, share = re.search(r"(across|down)\n([\d.]+)%", said.split("\n", 2)[2]).groups()
    expected = wanted if first == run.task.classes[1] else 1 - wanted
    assert abs(float(share) / 100 - expected) < 0.006
    page.set_input_files("#picture", {"name": "b.png", "mimeType": "image/png", "buffer": b"no"})
    assert "damaged or no picture" in shown(page, "damaged")


def read_pixels(image):
    return Images(image[None], None, [])
