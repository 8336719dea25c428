"""Run a page's blocks as a reader would: one process, one fresh folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.docsite.page import DOCS, ROOT, blocks, fingerprint, record_of

_PATIENCE_S = 900
_MOST_LINES = 40


def execute(page: Path) -> dict[str, object]:
    """Run a page, keep what it gave in its record, and give that.

    Raises:
        RuntimeError: a block that should not fails.
    """
    text = (DOCS / page).read_text(encoding="utf-8")
    found = [b for b in blocks(text) if b.runs]
    place = record_of(page)
    with tempfile.TemporaryDirectory(prefix="kerata-page-") as folder:
        work, pictures = Path(folder) / "work", Path(folder) / "pictures"
        work.mkdir()
        pictures.mkdir()
        given = {
            "pictures": str(pictures),
            "blocks": [[b.language, b.code, "fails" in b.options] for b in found],
        }
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            **{"MPLBACKEND": "agg", "COLUMNS": "92", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
            **{"TERM": "dumb", "PYTHONPATH": str(ROOT / "src")},
        }
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("child.py"))],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=work,
            env=environment,
            timeout=_PATIENCE_S,
        )
        if done.returncode:
            raise RuntimeError(f"{page} does not run:\n{done.stderr.strip()[-3000:]}")
        outputs = json.loads(done.stdout.splitlines()[-1])
        for output, block in zip(outputs, found, strict=True):
            most = int(block.options.get("cut", _MOST_LINES))
            output["text"] = cut(output["text"].replace(str(work), "."), most)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for picture in pictures.iterdir():
            shutil.copy(picture, place / picture.name)
    record: dict[str, object] = {"code": fingerprint(text), "outputs": outputs}
    lines = json.dumps(record, indent=1, ensure_ascii=False)
    (place / "record.json").write_text(lines + "\n", encoding="utf-8")
    return record


def cut(text: str, most: int) -> str:
    """Leave out the middle of what is long."""
    lines = text.rstrip().splitlines()
    if len(lines) <= most:
        return "\n".join(lines)
    head = most - most // 3
    return "\n".join([*lines[:head], "...", *lines[len(lines) - most // 3 :]])
