"""New rows: any order of columns, extra and missing ones, wrong values, many of them."""

import io

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.cli.finished_output import print_evaluate  # noqa: E402
from kerata.workbench import fit_source, read_source, runs, verdict_of  # noqa: E402
from kerata.workbench.data import spilled  # noqa: E402
from kerata.workbench.data.containers import Source, Table  # noqa: E402
from kerata.workbench.features.ranges import FarValues  # noqa: E402
from kerata.workbench.runs import inference  # noqa: E402  # after the check for pandas
from kerata.workbench.runs.inference import evaluate_source, predict_source  # noqa: E402


def rows(number, seed):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=number).round(3)
    town = rng.choice(["Ulm", "Bonn", "Köln"], number)
    return pandas.DataFrame({"size": size, "town": town, "kind": "pear", "price": 3 * size + 10})


@pytest.fixture
def new(place):
    return pandas.read_csv(place / "fruit.csv").head(30)


def written(frame, folder):
    frame.to_csv(folder / "new.csv", index=False)
    return folder / "new.csv"


def test_columns_in_any_order_others_ignored(run, new, tmp_path):
    plain = predict_source(run, written(new, tmp_path), tmp_path / "plain.csv")
    mixed = new[["price", "town", "size"]].assign(colour="red", prediction="mine")
    told = predict_source(run, written(mixed, tmp_path), tmp_path / "mixed.csv")
    first, second = (pandas.read_csv(tmp_path / name) for name in ("plain.csv", "mixed.csv"))
    assert plain.rows == told.rows == 30
    assert first["prediction"].tolist() == second["prediction_2"].tolist()
    assert second["prediction"].tolist() == ["mine"] * 30
    assert second.columns[:5].tolist() == [*mixed.columns]
    np.testing.assert_allclose(first["probability_apple"] + first["probability_pear"], 1, rtol=1e-5)
    assert any("'colour'" in note and "Ignored" in note for note in told.notes)


def test_rows_unlike_the_training_rows_are_marked(run, new, tmp_path):
    odd = new[["size", "town"]].copy()
    odd.loc[[1, 4], "size"] = [400.0, -90.0]
    odd.loc[[2, 4], "town"] = ["Atlantis", None]
    told = predict_source(run, written(odd, tmp_path), tmp_path / "out.csv")
    out = pandas.read_csv(tmp_path / "out.csv", keep_default_na=False)
    marked = {1: "size", 2: "town", 4: "size"}
    assert out["unlike_training"].tolist() == [marked.get(row, "") for row in range(30)]
    assert any("3 of 30 rows are unlike the training rows" in note for note in told.notes)
    predict_source(run, written(new[["size", "town"]], tmp_path), tmp_path / "like.csv")
    like = pandas.read_csv(tmp_path / "like.csv", keep_default_na=False)
    assert (like["unlike_training"] == "").all()


def test_amounts_have_intervals_that_hold_what_was_told(place, tmp_path, capsys):
    """Also from the run's folder, opened again."""
    frame = rows(400, seed=1)
    frame["price"] += np.random.default_rng(2).normal(size=400)
    source = Source("fruit", "table", Table(frame.drop(columns="kind")), None, "price")
    made = fit_source(source, network="linear", folds=1, with_baselines=False)
    kept = runs.load(runs.save(made, "price", tmp_path / "runs", report=False).path)
    assert kept.residuals[0].radius == made.residuals[0].radius
    assert kept.record["certainty"]["held"] == pytest.approx(made.inside.mean())
    tested = pandas.read_csv(kept.path / "test_predictions.csv")
    between = (tested["lower"] <= tested["truth"]) & (tested["truth"] <= tested["upper"])
    assert between.mean() == pytest.approx(made.inside.mean())
    new = rows(400, seed=3)
    new["price"] += np.random.default_rng(4).normal(size=400)
    predict_source(kept, written(new, tmp_path), tmp_path / "out.csv")
    out = pandas.read_csv(tmp_path / "out.csv")
    held = ((out["lower"] <= new["price"]) & (new["price"] <= out["upper"])).mean()
    assert 0.84 < held < 0.96
    print_evaluate("price", str(tmp_path / "new.csv"), None, tmp_path / "runs")
    assert f"hold {100 * held:.1f}% of the" in " ".join(capsys.readouterr().out.split())
    share = f"{100 * made.inside.mean():.1f}% of the true values"
    assert share in verdict_of(made).quality


def test_rows_whose_answer_is_no_number_have_none(place, tmp_path):
    source = read_source(place / "fruit.csv", target="kind")
    made = fit_source(source, network="mlp", epochs=2, folds=1, with_baselines=False)
    kept = runs.save(made, "deep", tmp_path / "runs", report=False)
    odd = rows(4, seed=5)[["size", "town", "price"]]
    odd.loc[2, "size"] = 1e308
    told = predict_source(kept, written(odd, tmp_path), tmp_path / "out.csv")
    out = pandas.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert (out["prediction"] == "").tolist() == [False, False, True, False]
    assert out["probability_pear"][2] == ""
    assert float(out["probability_pear"][0]) == pytest.approx(
        float(kept.predict(Table(odd[:1]))[0]), abs=1e-5
    )
    assert any(note.startswith("1 of 4 rows has no answer") for note in told.notes)


def test_a_missing_column_is_named(run, new, tmp_path):
    (tmp_path / "out.csv").write_text("older answers")
    renamed = new.rename(columns={"town": "towns"})
    with pytest.raises(ValueError, match=r"no column 'town'.*Did you mean 'towns'"):
        predict_source(run, written(renamed, tmp_path), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "older answers"
    assert {path.name for path in tmp_path.iterdir()} == {"new.csv", "out.csv"}


@pytest.mark.parametrize("text", ["", "size,town\n"])
def test_a_file_without_rows(run, text, tmp_path):
    (tmp_path / "new.csv").write_text(text)
    with pytest.raises(ValueError, match=r"is empty|no rows"):
        predict_source(run, tmp_path / "new.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_one_row_and_missing_values(run, tmp_path):
    (tmp_path / "new.csv").write_text("town,size\nRom,\n")
    told = predict_source(run, tmp_path / "new.csv", tmp_path / "out.csv")
    out = pandas.read_csv(tmp_path / "out.csv")
    assert out["prediction"].isin(["apple", "pear"]).all()
    assert len(out) == 1
    assert any("'rom'" in note and "unseen" in note for note in told.notes)


def test_a_large_file_goes_through_in_pieces(run, new, tmp_path, monkeypatch):
    # Whole numbers at first, text of a new column further down, kept on disk between.
    frame = pandas.concat([new] * 6, ignore_index=True)
    frame["note"] = [None] * 100 + ["late"] * 80
    predict_source(run, written(frame, tmp_path), tmp_path / "whole.csv")
    monkeypatch.setattr(spilled, "IN_MEMORY", 1000)
    monkeypatch.setattr(inference, "ROWS", 50)
    predict_source(run, tmp_path / "new.csv", tmp_path / "pieces.csv")
    whole, some = (pandas.read_csv(tmp_path / name) for name in ("whole.csv", "pieces.csv"))
    pandas.testing.assert_frame_equal(whole, some, rtol=1e-4)


def test_rows_on_disk_are_those_in_memory():
    arrow = pytest.importorskip("pyarrow")
    batches = [arrow.record_batch({"a": [f"{n}{i}" for i in range(50)]}) for n in range(4)]
    kept, plain = spilled.Spilled(500), spilled.Spilled()
    for batch in batches:
        kept.add(batch)
        plain.add(batch)
    assert kept.table().equals(plain.table())
    assert kept._writer is not None
    assert plain._writer is None


def test_evaluating_gives_the_figures_of_training(run, trained, place, tmp_path):
    frame = pandas.read_csv(place / "fruit.csv").iloc[trained.rows["test"]]
    frame.loc[frame.index[0], "kind"] = None
    judged = evaluate_source(run, written(frame, tmp_path))
    right = (np.asarray(trained.outputs) > 0.5) == trained.truth
    assert judged.metrics["accuracy"] == pytest.approx(right[1:].mean())
    assert any("1 row without a target" in note for note in judged.notes)


def test_unknown_classes_name_the_row(run, new, tmp_path):
    new.loc[1, "kind"] = None
    new.loc[7, "kind"] = "pea"
    with pytest.raises(ValueError, match=r"Row 8 has 'pea'.*Did you mean 'pear'"):
        evaluate_source(run, written(new, tmp_path))


def test_evaluating_needs_the_target(run, new, tmp_path):
    with pytest.raises(ValueError, match=r"no column 'kind'.*Did you mean 'kinds'"):
        evaluate_source(run, written(new.rename(columns={"kind": "kinds"}), tmp_path))


def test_other_kinds_of_data_are_refused(run, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("hello")
    with pytest.raises(ValueError, match=r"trained on a table, but .* is texts"):
        predict_source(run, tmp_path / "texts", tmp_path / "out.csv")


@pytest.mark.parametrize("name", ["out.xlsx", "out.parquet", ""])
def test_answers_are_written_as_csv(run, new, name, tmp_path):
    with pytest.raises(ValueError, match=r"\.csv|folder"):
        predict_source(run, written(new, tmp_path), tmp_path / name)


def test_all_missing_columns_are_named_at_once(run, new, tmp_path):
    other = new[["price"]].assign(colour="red")
    with pytest.raises(ValueError, match=r"lacks 2 columns.*: 'size', 'town'. It has: 'price'"):
        predict_source(run, written(other, tmp_path), tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_bad_cell_is_missing_and_stays_in_the_answers(run, new, tmp_path):
    frame = new.astype({"size": "object"})
    frame.loc[3, "size"] = "big"
    told = predict_source(run, written(frame, tmp_path), tmp_path / "out.csv")
    assert any("Column 'size': 1 cell of new.csv ('big') is no number" in n for n in told.notes)
    out = pandas.read_csv(tmp_path / "out.csv")
    assert out["size"][3] == "big"
    frame.loc[3, "size"] = None
    predict_source(run, written(frame, tmp_path), tmp_path / "gap.csv")
    gap = pandas.read_csv(tmp_path / "gap.csv")
    assert out["probability_pear"].tolist() == gap["probability_pear"].tolist()


def test_a_column_of_another_kind_names_the_row_of_the_file(run, new, tmp_path, monkeypatch):
    monkeypatch.setattr(inference, "ROWS", 10)
    frame = new.astype({"size": "object"})
    frame.loc[12:19, "size"] = "big"
    with pytest.raises(ValueError, match="Row 13 of column 'size' holds 'big'"):
        predict_source(run, written(frame, tmp_path), tmp_path / "out.csv")


def test_values_far_outside_training_are_counted(run, new, tmp_path, monkeypatch):
    monkeypatch.setattr(inference, "ROWS", 10)
    new.loc[[1, 25], "size"] = [500.0, -500.0]
    told = predict_source(run, written(new, tmp_path), tmp_path / "out.csv")
    (note,) = [note for note in told.notes if "far outside" in note]
    assert note.startswith("Column 'size': 2 rows lie far outside the training rows' ")
    assert "(-500 to 500)" in note


def test_a_stream_gets_the_same_bytes_as_a_file(run, new, tmp_path):
    stream = io.StringIO(newline="")
    told = predict_source(run, written(new, tmp_path), stream)
    predict_source(run, tmp_path / "new.csv", tmp_path / "out.csv")
    assert told.path is None
    assert stream.getvalue().encode() == (tmp_path / "out.csv").read_bytes()


def test_dates_far_outside_are_written_as_dates():
    far = FarValues({"day": [0.0, 100.0]}, ["day"])
    far.add("day", np.array([50.0, 400.0, np.nan]))
    (note,) = far.notes()
    assert "1970-01-01 to 1970-04-11 (1971-02-05)" in note


def test_whole_numbers_stay_whole_beside_missing_ones(run, new, tmp_path):
    frame = new.assign(year=[2001.0, np.nan, *range(2003, 2031)], share=0.5)
    path = written(frame, tmp_path)
    path.write_text(path.read_text().replace(".0,", ","))
    predict_source(run, path, tmp_path / "out.csv")
    rows = (tmp_path / "out.csv").read_text().splitlines()
    place = rows[0].split(",").index("year")
    assert [row.split(",")[place] for row in rows[1:4]] == ["2001", "", "2003"]
    assert rows[1].split(",")[place + 1] == "0.5"
