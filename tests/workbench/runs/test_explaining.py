"""Why finished runs answer as they do."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.data import read_source  # noqa: E402  # after the check for pandas
from kerata.workbench.explain import Explainer  # noqa: E402
from kerata.workbench.features.rows import take  # noqa: E402
from kerata.workbench.runs.explaining import explain_source, write_explanation  # noqa: E402


def test_contributions_sum_to_the_answer_of_what_is_said(trained):
    rows = take(trained.test, np.arange(12))
    found = trained.explain(rows)
    outputs = trained.predict(rows)
    assert [row.names for row in found] == [("size", "town")] * 12
    for row, output in zip(found, outputs, strict=True):
        said = max(output, 1 - output)
        assert row.output == f"probability of {'pear' if output > 0.5 else 'apple'!r}"
        assert row.answer == pytest.approx(said, abs=1e-6)
        assert row.contributions.sum() == pytest.approx(row.answer - row.mean, abs=1e-9)
    # The other class's probability falls by what this one's rises.
    pears, apples = (trained.explain(rows, answer) for answer in ("pear", "apple"))
    for one, other in zip(pears, apples, strict=True):
        np.testing.assert_allclose(one.contributions, -other.contributions, atol=1e-12)
        assert one.mean + other.mean == pytest.approx(1)
    with pytest.raises(ValueError, match="no class 'plum'"):
        trained.explain(rows, "plum")


def test_a_run_explains_a_file(run, place, tmp_path, monkeypatch):
    monkeypatch.chdir(place)
    new = tmp_path / "new.csv"
    new.write_text("town,size,more\nUlm,2.5,1\nRome,,2\n", encoding="utf-8")
    found, notes = explain_source(run, new)
    assert any("Ignored columns" in note for note in notes)
    assert found[0].cells == ("2.5", "Ulm")
    assert found[0].contributions[0] > 0.1
    assert found[1].cells == ("missing", "Rome")
    table = pandas.read_csv(write_explanation(found, tmp_path / "why.csv"))
    assert list(table) == ["row", "output", "answer", "mean", "by_size", "by_town"]
    total = table["mean"] + table["by_size"] + table["by_town"]
    np.testing.assert_allclose(total, table["answer"], atol=1e-9)
    # The background comes from the data that the run learned from.
    known = read_source(place / "fruit.csv", target="kind").train
    again = Explainer(run.model, run.preparation, run.task, known)(
        read_source(new, labelled=False).train
    )
    assert again[0].contributions.tolist() == found[0].contributions.tolist()
    monkeypatch.chdir(tmp_path)
    # The record's path is relative to where the run was saved first, which may be here or there.
    with pytest.raises((ValueError, FileNotFoundError), match=r"kerata explain fruit ROWS --data"):
        explain_source(run, new)


def test_texts_are_explained_word_by_word():
    from kerata.workbench import fit_source
    from kerata.workbench.data.containers import Source, Texts

    words = ["good pear here", "bad pear there"] * 30
    texts = Texts(words, ["yes", "no"] * 30, [f"row {k}" for k in range(60)])
    trained = fit_source(Source("t", "texts", texts), network="bag-of-words", epochs=3, folds=1)
    row = trained.explain(take(texts, np.array([0])), "yes")[0]
    assert row.names == ("good", "pear", "here")
    # Runs of words count too, so that the word between may matter most; this one speaks for it.
    assert row.contributions[0] > 0
    assert row.mean is None
    with pytest.raises(ValueError, match="no waterfall"):
        row.plot()
