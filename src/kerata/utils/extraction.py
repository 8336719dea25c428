"""Unpacking archives from strangers: inside one folder, of a bounded size, whole or not at all."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

from kerata.utils.files import failed_outside, put_folder, replace_folder, unfinished

# Honest archives are seldom smaller than a hundredth of what they hold.
_MOST_TIMES = 1000
_ALWAYS_ALLOWED = 1 << 30


def extract_archive(path: Path, folder: Path, formats: tuple[str, ...]) -> bool:
    """Unpack an archive into a folder that is there whole or not at all.

    Arguments:
        path: the archive.
        folder: what is to hold its members; one that is there is replaced.
        formats: ``'tar'`` (also compressed by gzip, bzip2 or xz) and ``'zip'``, tried in order.

    Returns:
        Whether it is an archive of one of these formats.

    Raises:
        ValueError: a member would lie outside the folder or is a device, it needs more room
            than the disk has or a thousand times the archive's size, or it is damaged.
    """
    for name in formats:
        if name == "tar" and tarfile.is_tarfile(path):
            _unpack(path, folder, _tar_into)
            return True
        if name == "zip" and zipfile.is_zipfile(path):
            _unpack(path, folder, _zip_into)
            return True
    return False


def _unpack(path: Path, folder: Path, into: object) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = unfinished(folder)
    beside.mkdir()
    try:
        try:
            into(path, beside)  # type: ignore[operator] # one of the two below
        except ValueError:
            raise
        except Exception as error:
            # Parsers of foreign bytes raise nearly everything; a disk that fails is no damage.
            if failed_outside(error):
                raise
            raise ValueError(f"{path} can't be unpacked: {error}.") from error
        if folder.exists():
            replace_folder(beside, folder)
        else:
            put_folder(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _tar_into(path: Path, folder: Path) -> None:
    if not hasattr(tarfile, "data_filter"):
        raise ValueError(f"{path} can be unpacked safely by Python 3.11.4 or newer only.")
    with tarfile.open(path) as archive:
        allowed = _allowed(path, folder)
        for member in archive:
            allowed -= member.size
            _check_room(path, allowed)
            try:
                archive.extract(member, folder, filter="data")
            except tarfile.FilterError as error:
                raise ValueError(
                    f"{path} is not unpacked: its member {member.name!r} would lie or lead outside "
                    f"the folder, or is no file ({type(error).__name__})."
                ) from None


def _zip_into(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _check_room(path, _allowed(path, folder) - sum(m.file_size for m in members))
        for member in members:
            name = member.filename
            places = PurePosixPath(name), PureWindowsPath(name)
            if any(p.is_absolute() or p.drive or ".." in p.parts for p in places):
                raise ValueError(
                    f"{path} is not unpacked: its member {name!r} would lie outside the folder."
                )
        for member in members:
            archive.extract(member, folder)


def _allowed(path: Path, folder: Path) -> int:
    most = max(_MOST_TIMES * path.stat().st_size, _ALWAYS_ALLOWED)
    return min(most, shutil.disk_usage(folder).free)


def _check_room(path: Path, left: int) -> None:
    if left < 0:
        raise ValueError(
            f"{path} is not unpacked: its members need more room than the disk has, or more than "
            f"{_MOST_TIMES} times its own size."
        )
