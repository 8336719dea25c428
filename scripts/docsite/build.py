"""Build the documentation: pages with what their code gave, notebooks, reference, the site.

``python -m scripts.docsite.build`` runs pages whose record is missing or of other code and builds
``build/site``; ``--run`` runs all anew, ``--only learn/neurons.md`` one, ``--serve`` shows it.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from scripts.docsite import page as pages
from scripts.docsite.execute import execute
from scripts.docsite.links import outside
from scripts.docsite.notebook import notebook
from scripts.docsite.page import DOCS, ROOT, is_run, read_record, record_of

BUILD = ROOT / "build"
SOURCE, SITE = BUILD / "site-source", BUILD / "site"


def run_pages(every: bool, only: list[str]) -> None:
    """Run the pages that need it.

    Raises:
        SystemExit: a page does not run.
    """
    for page in filter(is_run, pages.pages()):
        if only and str(page) not in only:
            continue
        if not (every or only) and read_record(page) is not None:
            continue
        begin = time.perf_counter()
        try:
            execute(page)
        except RuntimeError as problem:
            raise SystemExit(str(problem)) from None
        print(f"{page} ran in {time.perf_counter() - begin:.0f} s", flush=True)


def assemble() -> None:
    """Write the site's sources: every page with its outputs, pictures, notebooks, reference."""
    from scripts.docsite.reference import command_page, module_pages

    shutil.rmtree(SOURCE, ignore_errors=True)
    for path in DOCS.rglob("*"):
        here = path.relative_to(DOCS)
        if path.is_dir() or here.parts[0] == "recorded" or path.suffix in (".toml", ".json"):
            continue
        target = SOURCE / here
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".md":
            shutil.copy(path, target)
            continue
        target.write_text(finished(here), encoding="utf-8")
    for name, text in (module_pages() | {"commands.md": command_page()}).items():
        target = SOURCE / "reference" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    shutil.copytree(Path(__file__).with_name("look"), SOURCE / "look")


def finished(page: Path) -> str:
    """Give a page with what its code gave, beside it its pictures and notebook."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if is_run(page):
        record: Any = read_record(page)
        assert record is not None, f"{page} has no record"
        name = page.stem
        for picture in record_of(page).glob("*.png"):
            copied = SOURCE / page.parent / f"{name}-pictures" / picture.name
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, copied)
        (SOURCE / page.with_suffix(".ipynb")).write_text(
            notebook(page, record["outputs"]), encoding="utf-8"
        )
        text = pages.fill(text, record["outputs"], f"{name}-pictures")
        words = {"fr": "Cette page en carnet Jupyter", "zh": "本页的 Jupyter 笔记本"}
        offer = words.get(Path(name).suffix.lstrip("."), "This page as a notebook")
        text = re.sub(
            r"^(# .*\n)", rf"\1\n[{offer}]({name}.ipynb){{ .notebook download }}\n", text, count=1
        )
    # What lies outside docs/ is not part of the site: its name stays, the link goes.
    return re.sub(
        r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", lambda m: m[1] if outside(page, m[2]) else m[0], text
    )


def navigation() -> list[Any]:
    """Give the sections with their pages, the reference among them."""
    listed = tomllib.loads((DOCS / "navigation.toml").read_text(encoding="utf-8"))["section"]
    found: list[Any] = [{"Kerata": "index.md"}]
    for section in listed:
        inner: list[Any] = list(section["pages"])
        if section["title"] == "Look up":
            reference = sorted(p.name for p in (SOURCE / "reference").glob("kerata*.md"))
            shown = [{p.removesuffix(".md"): f"reference/{p}"} for p in reference]
            inner = [{"Commands": "reference/commands.md"}, *inner]
            inner.append({"Reference": [{"All namespaces": "reference/index.md"}, *shown]})
        found.append({section["title"]: inner})
    return found


def configure() -> Path:
    """Write the site's settings."""
    settings = tomllib.loads(Path(__file__).with_name("zensical.toml").read_text("utf-8"))
    settings["project"]["nav"] = navigation()
    path = BUILD / "zensical.toml"
    path.write_text(_toml(settings), encoding="utf-8")
    return path


def _toml(settings: dict[str, Any]) -> str:
    """Write settings as TOML: tables of one level, everything else in one line."""
    project = settings["project"]
    tables = {k: v for k, v in project.items() if isinstance(v, dict)}
    lines = ["[project]", *(f"{k} = {_value(v)}" for k, v in project.items() if k not in tables)]
    for name, table in tables.items():
        lines += [
            f"[project.{name}]",
            *(f"{json.dumps(k)} = {_value(v)}" for k, v in table.items()),
        ]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def build() -> None:
    """Build the site.

    Raises:
        SystemExit: Zensical refuses it.
    """
    assemble()
    path = configure()
    shutil.rmtree(SITE, ignore_errors=True)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=BUILD)
    if done.returncode:
        raise SystemExit(f"The site can't be built:\n{done.stdout}{done.stderr}")
    for path in SOURCE.rglob("*.ipynb"):
        target = SITE / path.relative_to(SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    print(f"The documentation is in {os.path.relpath(SITE)}: open index.html, or make docs-serve.")


def serve(port: int) -> None:
    """Show the site on this machine until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(SITE))
    for number in range(port, port + 20):
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", number), handler)
        except OSError:
            continue
        break
    else:
        raise SystemExit(f"No port from {port} to {port + 19} is free.")
    print(f"The documentation: http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", action="store_true", help="run all pages anew")
    parser.add_argument("--only", action="append", default=[], help="run this page anew")
    parser.add_argument("--serve", action="store_true", help="show the site when it is built")
    parser.add_argument("--port", type=int, default=8008)
    args = parser.parse_args()
    run_pages(args.run, args.only)
    build()
    if args.serve:
        serve(args.port)


if __name__ == "__main__":
    main()
