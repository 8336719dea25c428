"""The colours of all pages can be read: WCAG 2.2, level AA."""

import re
from importlib import resources

import pytest

STYLE = (resources.files("kerata.web") / "static" / "theme.css").read_text()
TOKENS = {
    name: colours
    for name, *colours in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)
}
GROUNDS = ("paper", "wash", "raised", "hover", "accent-wash")
TEXT = [(name, ground) for name in ("ink", "soft") for ground in GROUNDS]
TEXT += [("accent", "paper"), ("accent", "accent-wash"), ("accent-ink", "accent")]
TEXT += [(n, g) for n in ("good", "odd", "bad") for g in ("paper", f"{n}-wash")]
DRAWN = [("edge", "paper"), *((f"series-{place}", "paper") for place in range(1, 9))]


def luminance(colour):
    """Source: WCAG 2.2, relative luminance."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_texts_and_lines_stand_out(mode):
    for pairs, least in ((TEXT, 4.5), (DRAWN, 3.0)):
        for name, ground in pairs:
            found = contrast(TOKENS[name][mode], TOKENS[ground][mode])
            assert found >= least, f"{name} on {ground}: {found:.2f}"
