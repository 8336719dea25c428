"""One HTML file that needs nothing beside it: style, program and data in it, all else forbidden."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from typing import Any

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Kerata">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
<script>{early}</script>
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="data">{data}</script>
<script type="module">{program}</script>
</body>
</html>
"""
_IMPORT = re.compile(r"^import [^;]*;\n", re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|let|function|class) )", re.M)


def one_file(
    title: str, *, styles: Sequence[str], early: str, modules: Sequence[str], data: Any
) -> str:
    """Write a page whose policy allows its own program and nothing from anywhere else.

    Arguments:
        title: in the browser's tab; escaped here.
        styles: style sheets.
        early: a program that runs before the page is seen.
        modules: JavaScript modules, each after those that it imports from; their names must not
            clash, as they become one.
        data: JSON for the program, in the element ``data``.

    >>> page = one_file("A <b>", styles=[], early="", modules=[], data="</script><b>")
    >>> page.count("</script>"), "<b>" in page
    (3, False)
    """
    program = "\n".join(joined(one) for one in modules)
    style = "\n".join(styles)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(early)} {_hash(program)}",
            f"style-src {_hash(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return _PAGE.format(
        policy=policy,
        title=html.escape(title),
        style=style,
        early=early,
        # In a script's element only "<" could end it.
        data=json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        program=program,
    )


def joined(module: str) -> str:
    """Give a module's program without its imports and exports.

    >>> joined('import { a } from "/b.js";\\nexport const c = a;')
    'const c = a;'
    """
    return _EXPORT.sub("", _IMPORT.sub("", module))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
