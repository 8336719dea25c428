"""What the README prints was printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)


def block(beginning):
    (found,) = (text for _, text in BLOCKS if text.startswith(beginning))
    return found


def in_order(printed, said):
    """Assert that parts of a text, apart from spaces, stand in another one in their order."""
    whole, place = " ".join(said.split()), 0
    for part in printed.split("..."):
        wanted = " ".join(part.split())
        found = whole.find(wanted, place)
        assert found >= 0, wanted
        place = found + len(wanted)


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 130


def test_the_shortest_program_gives_what_stands_below_it(tmp_path):
    program = next(text for language, text in BLOCKS if language == "python")
    after = README.index(program) + len(program)
    printed = re.search(r"```\n(.*?)```", README[after + 3 :], re.S)[1]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout

    def figures(text):
        loss, accuracy = re.findall(r"^\[([\d.]+), ([\d.]+)\]$", text, re.M)[-1]
        return float(loss), float(accuracy)

    # Another machine adds in another order.
    assert figures(said)[0] == pytest.approx(figures(printed)[0], abs=0.05)
    assert figures(said)[1] == pytest.approx(figures(printed)[1], abs=0.02)
    assert len(re.findall(r"^Epoch", said, re.M)) == 30


@pytest.mark.slow
def test_the_table_is_judged_in_the_words_that_stand_there(tmp_path):
    from sklearn.datasets import load_wine

    load_wine(as_frame=True).frame.to_csv(tmp_path / "wine.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-m", "kerata", "train", "wine.csv", "--target", "target"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "100", "XLA_FLAGS": ""},
    )
    assert done.returncode == 0, done.stderr
    in_order(block("Reading wine.csv"), done.stdout)
    assert "kerata predict wine new.csv" in README
