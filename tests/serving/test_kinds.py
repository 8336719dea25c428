"""Texts, pictures and forecasts behind the server."""

import io

import numpy as np
import pytest

from kerata.serving.served_run import ServedRun
from kerata.workbench import fit_source, runs
from kerata.workbench.data import read_source
from kerata.workbench.runs.exporting import export_run

pandas = pytest.importorskip("pandas")
pytestmark = pytest.mark.slow


def test_texts(client_of, place):
    folder = place / "reviews"
    for label, word in (("good", "lovely"), ("bad", "awful")):
        (folder / label).mkdir(parents=True)
        for n in range(60):
            (folder / label / f"{n}.txt").write_text(f"a {word} film number {n % 7} of the year")
    run = runs.save(fit_source(read_source(folder), epochs=3), "reviews", place / "runs")
    client = client_of(ServedRun(run.path))
    wanted = [{"prediction": "good"}, {"prediction": "bad"}]
    texts = ["such a lovely film", "an awful film"]
    as_json = client.post("/predict", json=texts).json()["answers"]
    assert [{"prediction": a["prediction"]} for a in as_json] == wanted
    as_objects = client.post("/predict", json=[{"text": text} for text in texts]).json()["answers"]
    assert as_objects == as_json
    plain = client.post("/predict", content=texts[1], headers={"content-type": "text/plain"})
    assert plain.json()["answers"][0]["prediction"] == "bad"
    assert client.post("/predict", json=[5]).status_code == 422
    assert client.post("/predict", json=[None, ""]).is_success
    pytest.importorskip("onnxruntime")
    export_run(run, place / "reviews.onnx", rows=folder)
    other = client_of(ServedRun(place / "reviews.onnx"))
    for given in (texts, [None, ""], [""]):
        found, wanted = (c.post("/predict", json=given).json()["answers"] for c in (other, client))
        assert [a["prediction"] for a in found] == [a["prediction"] for a in wanted]


def picture(image, kind="PNG"):
    pillow = pytest.importorskip("PIL.Image")
    out = io.BytesIO()
    pillow.fromarray(image).save(out, kind)
    return out.getvalue()


def test_pictures(client_of, place):
    rng = np.random.default_rng(0)
    folder = place / "shades"
    for label, level in (("dark", 60), ("light", 190)):
        (folder / label).mkdir(parents=True)
        for n in range(40):
            image = np.clip(rng.normal(level, 20, (12, 12)), 0, 255).astype("uint8")
            (folder / label / f"{n}.png").write_bytes(picture(image))
    run = runs.save(fit_source(read_source(folder), epochs=4), "shades", place / "runs")
    client = client_of(ServedRun(run.path))
    dark, light = (picture(np.full((12, 12), level, "uint8")) for level in (50, 200))
    one = client.post("/predict", content=dark, headers={"content-type": "image/png"})
    assert one.json()["answers"][0]["prediction"] == "dark"
    files = [("file", ("a.png", dark)), ("file", ("b.png", light))]
    both = client.post("/predict", files=files).json()["answers"]
    assert [a["prediction"] for a in both] == ["dark", "light"]
    # Larger ones, of other colours and formats, are brought to the training's size.
    colour = picture(np.full((40, 30, 3), 210, "uint8"), "JPEG")
    other = client.post("/predict", content=colour, headers={"content-type": "image/jpeg"})
    assert other.json()["answers"][0]["prediction"] == "light"
    damaged = client.post("/predict", files=[("file", ("a.png", dark[:45]))])
    assert damaged.status_code == 422
    assert damaged.json()["rows"][0]["reason"] == "is damaged or no picture that can be read"
    assert client.post("/predict", json=[{"a": 1}]).status_code == 422


def test_pictures_of_too_many_pixels_are_not_opened(client_of, place, monkeypatch):
    monkeypatch.setattr("kerata.serving.answering.MOST_PIXELS", 100)
    client = client_of(ServedRun(place / "runs" / "shades"))
    large = picture(np.zeros((20, 20), "uint8"))
    found = client.post("/predict", content=large, headers={"content-type": "image/png"})
    assert "million pixels" in found.json()["error"]


def test_forecasts(client_of, place):
    days = pandas.date_range("2024-01-01", periods=120, freq="D").strftime("%Y-%m-%d")
    units = 50 + 10 * np.sin(np.arange(120) * 2 * np.pi / 7)
    pandas.DataFrame({"date": days, "units": units.round(2)}).to_csv(
        place / "sales.csv", index=False
    )
    from kerata.workbench.forecasting import fit_forecast

    source = read_source(place / "sales.csv", target="units")
    made = fit_forecast(source, time="date", horizon=7, epochs=2)
    run = runs.save(made, "sales", place / "runs")
    client = client_of(ServedRun(run.path))
    found = client.post("/predict", json=[]).json()["answers"]
    wanted = run.forecast()
    assert len(found) == 7
    np.testing.assert_allclose([step["forecast"] for step in found], wanted["forecast"], rtol=1e-5)
    assert client.post("/predict", json=[{"date": "x", "units": 1}]).status_code == 422
