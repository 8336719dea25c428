"""What is typed on a page is read as Kerata reads a file's cells, or refused."""

import base64
import io
import json
import re
import subprocess

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
pillow = pytest.importorskip("PIL.Image")

from PIL import ImageCms, ImageOps  # noqa: E402  # after the check for Pillow

from kerata.export.page.markup import joined  # noqa: E402
from kerata.export.page.modules import source  # noqa: E402
from kerata.workbench.core.cell_values import MISSING, MISSING_NUMBER  # noqa: E402
from kerata.workbench.core.column import Column  # noqa: E402
from kerata.workbench.core.pictures import fitted  # noqa: E402
from kerata.workbench.data.column_cells import column_values  # noqa: E402

from .page_in_node import needs_node  # noqa: E402

NUMBERS = (
    *("5", "-2.5", "+3", "1e3", ".5", "7.", "1,200", "1.200", "1,5", "0,125", "1.200,5"),
    *("1,200.5", "12,34,567", "1 200", "1'200", "1’200,25", "1,2,3", "1.2.3", "−4", "1_000"),
    *("0x10", "0b1", "Infinity", "NaN", "", " ", "NA", "n.v.", "?", "off", "much", "5 kg"),
    *("5kg", "1.200 KG", "5 g", "kg", "17:30", "1e400", "1,200e2", "--1", "1-2", "٣"),
)
DATES = (
    *("31.02.2024", "29.02.2024", "29.02.2023", "1.3.2024", "01.03.24", "2024-03-01", "soon", ""),
    *("NA", "off", "00.01.2024", "01.13.2024", "01.03.0000", "01.03.9999", " 01.03.2024 "),
    *("2024-02-30", "2024-03-01 12:30", "2024-03-01T12:30:15", "2024-03-01 25:00", "2024-13-01"),
    *("29.02.1900", "29.02.2000", "2024-03-01 12:60", "01x03x2024"),
)


def column(kind, form="", unit=""):
    return Column(
        name="a",
        kind=kind,
        used=True,
        why="",
        missing=0,
        distinct=3,
        examples=[],
        form=form,
        unit=unit,
        noise=["off"],
    )


def of_file(cell, column):
    """Read a cell as a file's: a number or a date, None where it says nothing or is refused."""
    try:
        value = column_values(pandas.DataFrame({"a": [cell]}, dtype="str"), column).iloc[0]
    except ValueError:
        return "refused"
    return None if pandas.isna(value) else float(value) if column.kind == "number" else "there"


def on_page(folder, jobs):
    runner = """
import fs from "node:fs";
const { jobs, missing } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(jobs.map(({ column, cells }) => cells.map((cell) => {
  try {
    const found = cellOf(cell, column, missing);
    if (column.kind === "text") return found;
    return column.kind === "number" ? (Number.isNaN(found) ? null : found) : found ? "there" : null;
  } catch (error) {
    if (!error.message.startsWith("Column 'a' holds")) throw error;
    return "refused";
  }
}))));
"""
    (folder / "cells.mjs").write_text(joined(source("cells.js")) + runner)
    missing = {"number": sorted(MISSING_NUMBER), "date": sorted(MISSING)}
    given = {
        "missing": missing,
        "jobs": [{"column": one.as_dict(), "cells": cells} for one, cells in jobs],
    }
    (folder / "cells.json").write_text(json.dumps(given))
    done = subprocess.run(
        ["node", str(folder / "cells.mjs"), str(folder / "cells.json")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@needs_node
def test_cells_are_read_as_those_of_files(tmp_path):
    numbers = [column("number"), column("number", ","), column("number", unit="kg")]
    numbers += [column("number", ",", "kg"), column("number", unit="h:mm")]
    dates = [column("date", "%d.%m.%Y"), column("date", "ISO8601")]
    jobs = [(one, list(NUMBERS)) for one in numbers] + [(one, list(DATES)) for one in dates]
    told = 0
    for (one, cells), found in zip(jobs, on_page(tmp_path, jobs), strict=True):
        for cell, got in zip(cells, found, strict=True):
            wanted = of_file(cell, one)
            # The page may refuse what a file's reader takes, never answer for something else.
            if got != "refused":
                assert got == wanted or got == pytest.approx(wanted, rel=1e-15), (cell, one)
                told += 1
    assert told > 0.4 * sum(len(cells) for _, cells in jobs)


@needs_node
def test_words_are_in_lower_case_as_in_training(tmp_path):
    words = ["GREAT", "İstanbul", "ΟΔΟΣ", "Превосходный", "ÄRGER", "straße", "ǅ", "日本"]
    (found,) = on_page(tmp_path, [(column("text"), words)])
    assert found == [word.lower() for word in words]


def pictures():
    """Give files of pictures: transparent, with a profile that swaps colours, turned, small."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (37, 50, 4)).astype("uint8")
    pixels[5:9, :, 3] = 0
    plain = pillow.fromarray(pixels[..., :3])
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    turned = pillow.Exif()
    turned[0x112] = 6
    kinds = {
        "transparent": (pillow.fromarray(pixels), {}),
        "grey and transparent": (pillow.fromarray(pixels[..., :2]), {}),
        "with a profile": (plain, {"icc_profile": profile}),
        "turned": (plain, {"exif": turned}),
        "of a palette": (plain.quantize(16), {}),
    }
    for name, (image, options) in kinds.items():
        kept = io.BytesIO()
        image.save(kept, "PNG", **options)
        yield name, kept.getvalue()


@pytest.mark.slow
def test_pictures_have_the_pixels_that_kerata_reads(browser):
    asked = """async ([program, file, size]) => {
        const pixelsOf = new Function(program + "; return pixelsOf;")();
        const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
        return Array.from(await pixelsOf(new Blob([bytes]), size, false));
    }"""
    page = browser.new_page()
    for name, file in pictures():
        opened = ImageOps.exif_transpose(pillow.open(io.BytesIO(file)))
        read = np.asarray(opened.convert("L" if re.fullmatch("1|LA?", opened.mode) else "RGB"))
        read = read if read.ndim == 3 else read[..., None]
        for size in ((12, 12, 1), (24, 30, 3), (*read.shape[:2], 3)):
            sent = [joined(source("pixels.js")), base64.b64encode(file).decode(), list(size)]
            got = np.array(page.evaluate(asked, sent)).reshape(size)
            assert abs(got - fitted(read, size).astype(int)).max() <= 1, (name, size)
    page.close()
