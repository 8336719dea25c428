"""Names of columns from the first lines are those that reading gives."""

import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.data.header import column_names  # noqa: E402 - needs pandas
from kerata.workbench.data.source import read_source  # noqa: E402 - needs pandas

TEXTS = {
    "plain": "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
    "nameless": '"","b"\n1,x\n2,y\n3,z\n',
    "twice": "a;a;b\n1;2;3\n4;5;6\n7;8;9\n",
    "headless": "1,2\n3,4\n5,6\n7,8\n",
    "title": "# by hand\na\tb\n1\t2\n3\t4\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_names_of_text(tmp_path, name):
    path = tmp_path / "file.csv"
    path.write_text(TEXTS[name])
    read = [str(column) for column in read_source(path).train.frame.columns]
    assert column_names(path) is not None
    assert set(read) <= set(column_names(path))


def test_parquet_and_what_is_not_known(tmp_path):
    pandas.DataFrame({"a": [1], "b": ["x"]}).to_parquet(tmp_path / "a.parquet")
    assert column_names(tmp_path / "a.parquet") == ["a", "b"]
    (tmp_path / "bad.parquet").write_bytes(b"PAR1nothing")
    assert column_names(tmp_path / "bad.parquet") is None
    assert column_names(tmp_path) is None
    assert column_names("iris") is None
