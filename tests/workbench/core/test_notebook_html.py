"""What a notebook shows of sources, diagnoses and trained networks."""

from types import SimpleNamespace

import numpy as np

from kerata.workbench import read_source
from kerata.workbench.core.findings import Finding, Findings
from kerata.workbench.core.result import Baseline, Split
from kerata.workbench.core.task import Task
from kerata.workbench.core.trained_html import trained_html
from kerata.workbench.data.containers import Source, Texts


def test_a_source_shows_its_columns_or_classes(tmp_path):
    path = tmp_path / "pears.csv"
    path.write_text("<b>weight,kind,y\n" + "1.5,a,<i>\n2.5,b,no\n3.5,a,no\n" * 4)
    page = read_source(path, target="y")._repr_html_()
    assert "pears: 12 rows" in page
    assert "&lt;b&gt;weight" in page
    assert "&lt;i&gt;" in page
    assert "what is to be predicted" in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "numbers from 1.5 to 3.5" in read_source(path, labelled=False)._repr_html_()
    texts = Texts(["a", "b"], ["<u>", "x"], ["1", "2"])
    page = Source("t", "texts", texts)._repr_html_()
    assert "t: 2 texts" in page
    assert "&lt;u&gt;" in page


def test_a_diagnosis_shows_what_was_found():
    found = Findings([Finding("bottleneck", "4 < 46.", {}, "Widen.")], ["bottleneck"], {"x": "why"})
    page = found._repr_html_()
    assert "4 &lt; 46." in page
    assert "Widen." in page
    assert "Not looked for (why): x." in page
    assert "Nothing found" in Findings([], ["bottleneck"])._repr_html_()


def test_a_trained_network_shows_figures_beside_baselines():
    trained = SimpleNamespace(
        task=Task("binary", "<y>", ["no", "yes"], ""),
        network="table",
        truth=np.zeros(60),
        split=Split(),
        metrics={"accuracy": 0.9, "auc": 0.8},
        interval=(0.8, 0.95),
        baselines=[Baseline("always 'no'", 0.5, (0.4, 0.6))],
        history={"loss": [0.5, 0.4]},
        best_epoch=2,
        solved="",
        findings=Findings([], ["bottleneck"]),
    )
    page = trained_html(trained)
    for words in ("judged on 60 test rows", "90.0%", "80.0% to 95.0%", "always &#x27;no&#x27;"):
        assert words in page
    assert "Epoch 2 of 2 was kept." in page
    assert "Nothing found" in page
    assert "<y>" not in page
    folds = SimpleNamespace(**{**vars(trained), "split": Split(folds=5), "solved": "ridge"})
    assert "judged on 60 rows, each answered by" in trained_html(folds)
