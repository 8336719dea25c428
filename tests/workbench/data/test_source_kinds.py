"""What is no file and no folder is refused, instead of being waited for."""

import os

import pytest

pytest.importorskip("pandas")

from kerata.workbench.data import read_source  # after the check for pandas


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device"])
def test_pipes_and_devices_are_refused(tmp_path, kind):
    path = tmp_path / "rows.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = "/dev/zero"
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(ValueError, match="is a pipe or a device"):
        read_source(path, target="y")
