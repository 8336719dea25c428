"""The frame of a page: everything on it comes from modules, which the policy allows alone."""

from __future__ import annotations

import html

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<script src="/web/theme.js"></script>
<link rel="stylesheet" href="/web/theme.css">
{styles}{scripts}</head>
<body>
<noscript>This page needs JavaScript.</noscript>
{body}
</body>
</html>
"""


def document(title: str, *, styles: list[str], scripts: list[str], body: str = "") -> str:
    """Write a page in Kerata's look.

    Arguments:
        title: in the browser's tab; escaped here.
        styles: addresses of style sheets after ``/web/theme.css``.
        scripts: addresses of JavaScript modules.
        body: markup that is the same for everybody; what comes from data is added by modules.

    The application that serves it mounts ``Assets("kerata.web")`` at ``/web``.

    >>> page = document("A <b> c", styles=[], scripts=["/board/main.js"])
    >>> "<title>A &lt;b&gt; c</title>" in page
    True
    """
    return _PAGE.format(
        title=html.escape(title),
        styles="".join(f'<link rel="stylesheet" href="{html.escape(s)}">\n' for s in styles),
        scripts="".join(
            f'<script type="module" src="{html.escape(s)}"></script>\n' for s in scripts
        ),
        body=body,
    )


def way_on(place: str) -> str:
    """Write a page that leads on to an address by itself.

    >>> way_on("/a?b=1&c=2").count('/a?b=1&amp;c=2')
    2
    """
    address = html.escape(place)
    return (
        '<!doctype html><meta charset="utf-8"><title>Kerata</title><link rel="icon" href="data:,">'
        f'<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">Go on</a>'
    )
