"""Delimited files as people and programs write them."""

import bz2
import csv
import gzip
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

pytest.importorskip("pandas")

from kerata.workbench.data import read_source

# name: content, target, columns with their values
PEARS = {"weight": [1.5, 2.25], "ripe": ["yes", "no"]}
LAYOUTS = {
    "commas": ("weight,ripe\n1.5,yes\n2.25,no\n", PEARS),
    "tabs": ("weight\tripe\n1.5\tyes\n2.25\tno\n", PEARS),
    "bars": ("weight|ripe\n1.5|yes\n2.25|no\n", PEARS),
    "semicolons and decimal commas": ("weight;ripe\n1,5;yes\n2,25;no\n", PEARS),
    "no newline at the end": ("weight,ripe\n1.5,yes\n2.25,no", PEARS),
    "windows lines": ("weight,ripe\r\n1.5,yes\r\n2.25,no\r\n", PEARS),
    "old mac lines": ("weight,ripe\r1.5,yes\r2.25,no\r", PEARS),
    "empty lines": ("\n\nweight,ripe\n\n1.5,yes\n\n2.25,no\n\n\n", PEARS),
    "blanks around": ("weight , ripe\n 1.5 , yes\n2.25 ,no \n", PEARS),
    "blanks before quotes": ('weight, "ripe"\n1.5, "yes"\n2.25, "no"\n', PEARS),
    "quotes everywhere": ('"weight","ripe"\n"1.5","yes"\n"2.25","no"\n', PEARS),
    "comments": ("# from the garden\nweight,ripe\n1.5,yes\n# bitten\n2.25,no\n", PEARS),
    "names in a comment": ("# weight ripe\n1.5 yes\n2.25 no\n", PEARS),
    "excel's sep line": ("sep=;\nweight;ripe\n1.5;yes\n2.25;no\n", PEARS),
    "title above": ("Pears of 2024\n\nweight,ripe\n1.5,yes\n2.25,no\n", PEARS),
    "delimiter at the end": ("weight,ripe,\n1.5,yes,\n2.25,no,\n", PEARS),
    "delimiter at the end of rows": ("weight,ripe\n1.5,yes,\n2.25,no,\n", PEARS),
    "runs of blanks": ("weight   ripe\n 1.5      yes\n 2.25     no\n", PEARS),
    "delimiter in quotes": ('a,ripe\n"x,1",yes\n"y,2",no\n', {"a": ["x,1", "y,2"]}),
    "newline in quotes": ('a,ripe\n"x\ny",yes\n"z\n\nw",no\n', {"a": ["x\ny", "z\n\nw"]}),
    "quotes in quotes": ('a,ripe\n"say ""x""",yes\nb,no\n', {"a": ['say "x"', "b"]}),
    "backslash before quotes": ('a,ripe\n"say \\"x\\"",yes\nb,no\n', {"a": ['say "x"', "b"]}),
    "newline in a name": ('"a\nb",ripe\n1,yes\n2,no\n', {"a\nb": [1, 2], "ripe": ["yes", "no"]}),
    "single quotes": (
        "a,ripe\n'x,1','yes'\n'y,2','no'\n'z,3','no'\n",
        {"a": ["x,1", "y,2", "z,3"], "ripe": ["yes", "no", "no"]},
    ),
    "one column of text": ("text\nhello, world\nwell, yes, but\nno\n", {
        "text": ["hello, world", "well, yes, but", "no"]}),
    "quotes without a pair": ('a\tripe\n"x\tyes\n5" pipe\tno\n', {"a": ['"x', '5" pipe']}),
    "one quote": ('a,ripe\n5" pipe,yes\n"x,no\nz,no\n', {"a": ['5" pipe', '"x', "z"]}),
    "three decimals behind semicolons": ("a;ripe\n1,234;yes\n2,345;no\n", {"a": [1.234, 2.345]}),
    "thousands behind commas": ('a,ripe\n"1,234",yes\n"2,345",no\n', {"a": [1234, 2345]}),
    "points between thousands": ("a;b;ripe\n1.234;1,5;x\n950;2,5;y\n", {"a": [1234, 950]}),
    "three decimals everywhere": ("a,b,ripe\n1.234,1.5,x\n9.500,2,y\n", {"a": [1.234, 9.5]}),
    "one column": ("ripe\nyes\nno\n", {"ripe": ["yes", "no"]}),
    "row numbers of R": ("ripe,a\n1,yes,3\n2,no,4\n", {"ripe": ["yes", "no"], "a": [3, 4]}),
    "numbers of years as names": ("ripe,2019,2020\nx,5,7\ny,6,8\n", {"2019": [5, 6]}),
    "codes": ("ripe,code\nx,007\ny,012\n", {"code": ["007", "012"]}),
    "long numbers": ("ripe,n\nx,12345678901234567890\ny,12345678901234567891\n", {
        "n": ["12345678901234567890", "12345678901234567891"]}),
    "not a number": ("ripe,n\nx,inf\ny,2\nz,nan\n", {"n": [np.nan, 2, np.nan]}),
    "zero bytes": ("ripe,n\nx\x00,1\ny,2\n", {"ripe": ["x", "y"], "n": [1, 2]}),
}  # fmt: skip


def values(frame, name):
    return [None if cell != cell else cell for cell in frame[name].tolist()]


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_layouts(tmp_path, name):
    content, expected = LAYOUTS[name]
    path = tmp_path / "data.csv"
    path.write_bytes(content.encode())
    frame = read_source(path).train.frame
    for column, cells in expected.items():
        expected_cells = [None if cell != cell else cell for cell in cells]
        assert values(frame, column) == expected_cells
    if expected is PEARS:
        assert list(frame.columns) == ["weight", "ripe"]


ENCODINGS = {
    "utf-8": "Zürich, 東京 – ok",
    "utf-8-sig": "Zürich, 東京 – ok",
    "utf-16": "Zürich, 東京 – ok",
    "utf-16-le": "Zürich is a city in Switzerland",
    "utf-32": "Zürich, 東京 – ok",
    "cp1252": "Größe – 5 € “soll”",
    "latin-1": "déjà vu à Genève, señor",
    "cp1251": "Привет, мир из города",
    "koi8-r": "Привет, мир из города",
    "shift_jis": "東京都は日本の首都です",
    "gb18030": "北京是中国的首都城市",
    "euc_kr": "서울은 대한민국의 수도입니다",
    "cp1250": "Łódź, Częstochowa, Gdańsk",
    "cp1253": "Αθήνα, Θεσσαλονίκη, Πάτρα",
    "cp1254": "Eskişehir, Muğla, Iğdır, Çanakkale",
    "cp1255": "ירושלים, תל אביב, חיפה",
    "cp1256": "القاهرة, الرياض, بغداد",
    "cp1257": "Šiauliai, Panevėžys, Žalgiris",
    "cp1258": "Viê\u0323t Nam, Hà Nô\u0323i, Đà Nă\u0303ng",
    "cp866": "Москва, Новосибирск, Екатеринбург",
    "cp874": "กรุงเทพมหานคร, เชียงใหม่, ภูเก็ต",
    "mac-roman": "für, über, möglich, später",
    "big5": "臺北市, 高雄市, 臺中市",
    "euc_jp": "東京都は日本の首都です",
}
TOLD = {"utf-8": "UTF-8", "cp1250": "Windows-1250", "cp874": "Windows-874", "cp866": "CP866"}


@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_encodings(tmp_path, encoding):
    text = ENCODINGS[encoding]
    path = tmp_path / "data.csv"
    path.write_bytes(f'text;y\n"{text.replace(chr(34), "")}";1\n"{text[:7]}";0\n'.encode(encoding))
    source = read_source(path, target="y")
    assert source.train.frame["text"].tolist() == [text.replace('"', ""), text[:7].strip()]
    assert source.notes[0].startswith(f"Text in {TOLD.get(encoding, '')}")


def test_other_files_tell_their_encoding_too(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_bytes('{"city": "Łódź", "y": 1}\n{"city": "Gdańsk", "y": 2}\n'.encode("cp1250"))
    source = read_source(path, target="y")
    assert source.train.frame["city"].tolist() == ["Łódź", "Gdańsk"]
    assert source.notes[0] == "Text in Windows-1250."
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_bytes("für und über später".encode("cp1252"))
    assert "2 texts are in Windows-1252." in read_source(tmp_path).notes


def test_a_late_byte_that_is_none_of_the_encoding(tmp_path):
    path = tmp_path / "data.csv"
    body = "name,y\n" + "Łódź, Gdańsk i Kraków,1\n".replace(", ", " ") * 60_000
    path.write_bytes(body.encode("cp1250") + b"a\x81b,0\n")
    source = read_source(path, target="y")
    assert source.train.frame["name"].tolist()[-2:] == ["Łódź Gdańsk i Kraków", "a\ufffdb"]
    assert "1 characters are no Windows-1250 and were read as \ufffd." in source.notes


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_apostrophes_are_no_quotes(tmp_path, ending):
    mark = "\t" if ending == "tsv" else ","
    said = ["'n roll'", "'tis", "dogs'", "rock 'n' roll", "o'clock"]
    cells = [f"{said[n % 5]}" for n in range(100)]
    path = tmp_path / f"data.{ending}"
    lines = [mark.join((str(n * 1.5), cell, str(n % 2))) for n, cell in enumerate(cells)]
    path.write_text("\n".join([mark.join(("x", "said", "y")), *lines]))
    frame = read_source(path, target="y").train.frame
    assert frame["said"].tolist() == cells
    assert frame["y"].tolist() == [n % 2 for n in range(100)]


def test_single_quotes_around_fields(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("x,said,y\n" + "".join(f"{n},'a, {n % 3}',{n % 2}\n" for n in range(30)))
    assert read_source(path, target="y").train.frame["said"].tolist()[:2] == ["a, 0", "a, 1"]


def test_an_apostrophe_far_down_merges_no_rows(tmp_path):
    """Quotes in the sample that the layout is told from, text below it."""
    path = tmp_path / "data.csv"
    lines = [f"{n},'word {n % 7}',{n % 2}" for n in range(20_000)]
    lines += ["5,'tis,1", "6,'twas,0", "7,o'clock,1"]
    path.write_text("x,said,y\n" + "\n".join(lines) + "\n")
    source = read_source(path, target="y")
    assert len(source.train) == 20_003
    assert source.train.frame["said"].tolist()[-3:] == ["'tis", "'twas", "o'clock"]
    assert "Quotes are taken as text, since they don't come in pairs." in source.notes


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_quote_far_down_merges_no_rows(tmp_path, ending):
    """A stray quote opens a field, and the next stray one seems to close it ten lines below."""
    mark = "\t" if ending == "tsv" else ","
    said = ['"Great film' if n in (40_000, 40_010) else "5in" for n in range(50_000)]
    lines = [mark.join((str(n / 4), cell, str(n % 2))) for n, cell in enumerate(said)]
    path = tmp_path / f"data.{ending}"
    path.write_text("\n".join([mark.join(("x", "said", "y")), *lines]))
    frame = read_source(path, target="y").train.frame
    assert frame["said"].tolist() == said
    assert frame["x"].tolist() == [n / 4 for n in range(50_000)]


def test_archives_that_are_not_read(tmp_path):
    for magic, name in {b"\x28\xb5\x2f\xfd": "Zstandard", b"7z\xbc\xaf\x27\x1c": "7-Zip"}.items():
        (tmp_path / "data.csv").write_bytes(magic + bytes(range(256)))
        with pytest.raises(ValueError, match=f"is packed with {name}"):
            read_source(tmp_path / "data.csv")
    with tarfile.open(tmp_path / "data.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "data.csv")
    with pytest.raises(ValueError, match="an archive of tar"):
        read_source(tmp_path / "data.tar.gz")
    (tmp_path / "data.csv").write_bytes(
        bytes(np.random.default_rng(0).integers(0, 256, 5000, "u1"))
    )
    with pytest.raises(ValueError, match="is no text"):
        read_source(tmp_path / "data.csv")


def test_a_line_of_units_and_a_row_of_totals(tmp_path):
    path = tmp_path / "data.csv"
    rows = "".join(f"{'abc'[n % 3]},{n / 4},{n % 7}\n" for n in range(30))
    path.write_text(f"kind,x,y\n-,[kg],[m]\n{rows}Total,108.75,86\n")
    source = read_source(path, target="y")
    assert source.train.frame["x"].tolist() == [n / 4 for n in range(30)]
    assert "The line below the names was left out: -, [kg], [m]." in source.notes
    assert "The last row sums up the others ('Total' in column 'kind'): left out." in source.notes
    path.write_text("kind,x,y\n" + rows + "Total,2.5,3\nTotal,2.5,3\n")
    assert len(read_source(path, target="y").train) == 32


def test_a_long_field_in_a_line_that_does_not_fit(tmp_path):
    """Longer than Python's own reader takes by itself."""
    path = tmp_path / "data.csv"
    long = "x" * 200_000
    path.write_text("a,b,y\n" + "1,t,0\n" * 200 + f"2,{long}\n" + "3,t,1\n" * 20)
    frame = read_source(path, target="y").train.frame
    assert frame["b"].iloc[200] == long
    assert np.isnan(frame["y"].iloc[200])
    assert frame["a"].tolist() == [1] * 200 + [2] + [3] * 20


def test_mixed_encodings_are_read_and_told(tmp_path):
    path = tmp_path / "data.csv"
    lines = ["name,y", *["Zoë,1"] * 30, "Genève,0"]
    content = "\n".join(lines).encode() + "\nMünchen,0\n".encode("cp1252")
    path.write_bytes(content)
    source = read_source(path, target="y")
    assert source.train.frame["name"].tolist()[-2:] == ["Genève", "München"]
    assert any(note.startswith("1 bytes are no UTF-8") for note in source.notes)


def test_a_late_byte_of_another_encoding(tmp_path):
    """Beyond the sample that the encoding is told from."""
    path = tmp_path / "data.csv"
    body = "name,y\n" + "plain words and more,1\n" * 60_000
    path.write_bytes(body.encode() + "Müller,0\n".encode("cp1252"))
    source = read_source(path, target="y")
    assert source.train.frame["name"].iloc[-1] == "Müller"
    assert len(source.train) == 60_001


def test_packed_files(tmp_path):
    content = b"weight,ripe\n1.5,yes\n2.25,no\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content))
    (tmp_path / "b.csv.bz2").write_bytes(bz2.compress(content))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("inner.csv", content)
    for name in ("a.csv.gz", "b.csv.bz2", "c.zip"):
        frame = read_source(tmp_path / name, target="ripe").train.frame
        assert frame["weight"].tolist() == [1.5, 2.25]


def test_a_file_without_names(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("5.1,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,virginica\n")
    source = read_source(path, target="column_3")
    assert source.train.frame["column_1"].tolist() == [5.1, 4.9, 6.2]
    assert any("no line of names" in note for note in source.notes)
    path.write_text("a,x\nb,x\na,y\nb,y\n")
    assert list(read_source(path).train.frame.columns) == ["column_1", "column_2"]


def test_missing_values_in_many_spellings(tmp_path):
    path = tmp_path / "data.csv"
    cells = ["1", "", "NA", "n/a", "?", "-", "NULL", "nan", "#N/A", "2.5", "none", "unknown"]
    path.write_text("x,y,t\n" + "\n".join(f"{cell},{i},none" for i, cell in enumerate(cells)))
    source = read_source(path, target="y")
    x = source.train.frame["x"]
    assert x.dtype == "float64"
    assert x.dropna().tolist() == [1, 2.5]
    # A class may be called "none".
    assert source.train.frame["t"].notna().all()
    assert any("'NA' (1)" in note for note in source.notes)


def test_names_that_come_twice(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,a,b,b,y,\n1,2,3,3,x,9\n4,5,6,6,z,8\n")
    source = read_source(path, target="y")
    assert list(source.train.frame.columns) == ["a", "a_2", "b", "y", "column_6"]
    assert sum("twice" in note for note in source.notes) == 2
    with pytest.raises(ValueError, match=r"2 columns called 'a', the target"):
        read_source(path, target="a")


def test_lines_that_do_not_fit(tmp_path):
    path = tmp_path / "data.csv"
    rows = [f"{i},{i * 2},x" for i in range(200)]
    rows[5] = "5,10"
    rows[9] = "9,18,x,extra,more"
    path.write_text("a,b,y\n" + "\n".join(rows) + "\nTotal: 200\n")
    source = read_source(path, target="y")
    frame = source.train.frame
    assert len(frame) == 199
    assert 9 not in frame["a"].tolist()
    assert frame["y"].isna().sum() == 1
    # Those that were filled up are where they were.
    assert frame["a"].tolist() == [n for n in range(200) if n != 9]
    assert any("2 lines don't fit" in note and "extra" in note for note in source.notes)
    path.write_text("a,b\n" + "1,2\n1,2,3,4\n" * 40)
    with pytest.raises(ValueError, match=r"40 lines that don't fit its 2 columns"):
        read_source(path)
    path.write_text("a,b,y\n1,2,3,4,5\n")
    with pytest.raises(ValueError, match=r"1 lines that don't fit its 3 columns"):
        read_source(path)


def test_a_large_table_gives_a_random_share(tmp_path):
    path = tmp_path / "data.csv"
    rows = 300_000
    path.write_text("n,y\n" + "".join(f"{n},{n % 2}\n" for n in range(rows)))
    source = read_source(path, target="y", most_bytes=1 << 20)
    n = source.train.frame["n"].to_numpy()
    assert 10_000 < len(n) < 100_000
    assert len(set(n.tolist())) == len(n)
    # From all over the file, each part with its share.
    np.testing.assert_allclose(np.histogram(n, 5, (0, rows))[0] / len(n), 0.2, atol=0.01)
    assert any("drawn at random from all 300,000" in note for note in source.notes)
    again = read_source(path, target="y", most_bytes=1 << 20)
    assert again.train.frame.equals(source.train.frame)


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n ", "is empty"),
    "header only": (b"age,price,y\n", "line of names.*age, price, y.*no rows"),
    "binary": (bytes(range(1, 9)) * 50, "is no text"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_files_are_named(tmp_path, name):
    content, said = BAD[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as raised:
        read_source(path, target="y")
    assert "bad.csv" in str(raised.value)


def test_a_damaged_archive_is_named(tmp_path):
    whole = gzip.compress(b"a,y\n" + b"1,2\n3,4\n" * 100_000)
    path = tmp_path / "bad.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"bad\.csv\.gz is damaged"):
        read_source(path)
    path = tmp_path / "bad.zip"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(ValueError, match=r"bad\.zip is damaged"):
        read_source(path)


def test_a_target_that_is_not_there(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("age,price\n1,2\n3,4\n")
    with pytest.raises(ValueError, match=r"has no column 'prise'. Did you mean 'price'\?"):
        read_source(path, target="prise")
    # New rows to be predicted need no target.
    assert len(read_source(path, target="prise", labelled=False).train) == 2
    with pytest.raises(FileNotFoundError, match=r"Did you mean 'data\.csv'"):
        read_source(tmp_path / "dat.csv")


def test_one_row_and_plain_targets(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,Target\n1.5,x\n")
    source = read_source(path)
    assert len(source.train) == 1
    assert source.target == "Target"
    assert source.test is None
    path.write_text("a,target,label\n1.5,x,y\n")
    assert read_source(path).target is None


def test_the_fingerprint_is_of_the_content(tmp_path):
    prints = []
    for content in ("a,y\n1,2\n", "a,y\n1,2\n", "a,y\n1,3\n"):
        path = tmp_path / f"{len(prints)}.csv"
        path.write_text(content)
        prints.append(read_source(path).fingerprint)
    assert prints[0] == prints[1] != prints[2]
    assert len(prints[0]) == 64


def test_long_quoted_texts(tmp_path):
    """The sample that the layout is told from ends inside of quotes."""
    path = tmp_path / "data.csv"
    texts = [f"review {n}\n" + "so, it is\n" * 3000 for n in range(60)]
    path.write_text("text,y\n" + "".join(f'"{text}",{n % 2}\n' for n, text in enumerate(texts)))
    frame = read_source(path, target="y").train.frame
    assert frame["text"].tolist() == [text.strip() for text in texts]


# Cells as any program may write them; outer letters keep them from being numbers or nothing.
CELL = st.text("ab1 .,;|\t'\"\n#%é中-/:", max_size=12).map(lambda text: f"x{text}y")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, st.integers(-999, 9999), CELL), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_the_csv_module_writes(rows, delimiter, quoting, encoding, ending):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        with open(path, "w", newline="", encoding=encoding) as file:
            writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=ending)
            writer.writerow(["first", "number", "last"])
            writer.writerows(rows)
        frame = read_source(path, target="number").train.frame
    assert list(zip(frame["first"], frame["number"], frame["last"], strict=True)) == rows


@pytest.mark.parametrize(
    "short", [[0], [99_999], [0, 1, 2, 50_000, 50_001, 99_998, 99_999]], ids=str
)
def test_short_lines_stay_in_their_places(tmp_path, short, monkeypatch):
    from kerata.workbench.data import delimited

    monkeypatch.setattr(delimited, "_PIECE", 1 << 16)
    path = tmp_path / "data.csv"
    lines = [f"{n},x,1" if n not in short else f"{n},x" for n in range(100_000)]
    path.write_text("n,word,y\n" + "\n".join(lines))
    frame = read_source(path, target="y").train.frame
    assert frame["n"].tolist() == list(range(100_000))
    assert np.flatnonzero(frame["y"].isna()).tolist() == short


@pytest.mark.parametrize(
    ("start", "what"),
    [
        ("<!DOCTYPE html><html>", "an HTML page"),
        ("\ufeff\n<html>", "an HTML page"),
        ("<?xml version='1.0'?>", "XML"),
        ("%PDF-1.7", "a PDF"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, start, what):
    path = tmp_path / "page.csv"
    path.write_text(f"{start}\n<a>1,2</a>\n3,4\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"holds {what}, not a table"):
        read_source(path)
