"""The picture of the floors shows the code as it is."""

import re
from pathlib import Path

from scripts.docsite import house

import kerata

from ..test_floors import imported

ROOT = Path(kerata.__file__).parent


def test_picture_is_that_of_today():
    assert house.PICTURE.read_text(encoding="utf-8") == house.draw(house.stages())


def test_imports_lead_beside_or_below():
    band = {name: -place for place, (_, names) in enumerate(house.GROUPS) for name in names}
    for name in band:
        for path in (ROOT / name).rglob("*.py"):
            for other in set(imported(path)) & band.keys():
                assert band[other] <= band[name], f"{path.relative_to(ROOT)} imports {other}"


def test_every_name_is_a_folder_and_stands_once():
    names = [name for _, names in house.GROUPS for name in names]
    assert len(names) == len(set(names))
    assert all((ROOT / name).is_dir() for name in names)
    stages = house.stages()
    there = {p.stem for p in (ROOT / "workbench").iterdir() if p.stem[0] != "_"}
    assert set(stages) == there
    drawn = re.findall(r'class="name middle"[^>]*>([^<]+)<', house.draw(stages))
    assert sorted(set(drawn) - {"→"}) == sorted({*names, *stages} - {"workbench"})
