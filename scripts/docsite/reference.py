"""Pages of reference, written from what the code says of itself."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

_SECTION = re.compile(r"^(Arguments|Returns|Yields|Raises|Source|Example|Examples):[ ]*(.*)$")
# Pages with more names than this are cut into one for each family.
_LARGE = 60


def public_modules() -> list[str]:
    """Give the names of the public namespaces, ``kerata`` itself first."""
    import kerata

    found = ["kerata"]
    waiting = [f"kerata.{name}" for name in sorted(kerata._SUBMODULES)]
    while waiting:
        name = waiting.pop(0)
        module = importlib.import_module(name)
        found.append(name)
        for inner in getattr(module, "__all__", ()):
            value = getattr(module, inner, None)
            if isinstance(value, ModuleType) and value.__name__.startswith(f"{name}."):
                waiting.append(value.__name__)
    return sorted(set(found))


def public_names(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Give the classes and functions that a namespace offers, by name."""
    own = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__]
    offered = getattr(module, "__all__", [n for n in own if not n.startswith("_")])
    for name in sorted(offered, key=str.lower):
        value = getattr(module, name, None)
        if inspect.isclass(value) or callable(value):
            yield name, value


def module_pages() -> dict[str, str]:
    """Give the reference pages, by path below ``reference/``."""
    pages: dict[str, str] = {}
    rows: list[str] = []
    for path in public_modules():
        module = importlib.import_module(path)
        found = list(public_names(module))
        if not found:
            continue
        about = first_line(module)
        families = _families(module, found) if len(found) > _LARGE else {"": found}
        for family, names in families.items():
            file = f"{path}{'.' + family if family else ''}.md"
            title = f"{path}: {family.replace('_', ' ')}" if family else path
            pages[file] = _page(title, about, path, names)
            rows.append(f"| [`{title}`]({file}) | {len(names)} | {about} |")
    head = "# Reference\n\nEvery public class and function, from its own description.\n\n"
    table = "| namespace | names | what it is |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    pages["index.md"] = head + table
    return pages


def _families(module: ModuleType, found: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    """Sort names by the part of the code that they come from."""
    families: dict[str, list[Any]] = {}
    for name, value in found:
        home = getattr(inspect.unwrap(value), "__module__", "") or ""
        rest = home.removeprefix(f"{module.__name__}.").split(".")
        family = rest[0] if home.startswith(f"{module.__name__}.") else "others"
        families.setdefault(family, []).append((name, value))
    small = [f for f, names in families.items() if len(names) < 4 and f != "others"]
    for family in small:
        families.setdefault("others", []).extend(families.pop(family))
    if others := families.pop("others", None):
        families["others"] = sorted(others, key=lambda pair: pair[0].lower())
    return dict(sorted(families.items(), key=lambda pair: (pair[0] == "others", pair[0])))


def _page(title: str, about: str, path: str, names: list[tuple[str, Any]]) -> str:
    parts = [f"# `{title}`\n\n{about}\n"]
    for name, value in names:
        parts.append(entry(f"{path}.{name}", name, value))
    return "\n".join(parts)


def entry(path: str, name: str, value: Any) -> str:
    """Write one class or function."""
    lines = [f"## {name}\n", f"```python\n{path}{signature(value)}\n```\n"]
    lines.append(markdown(inspect.getdoc(value) or ""))
    if inspect.isclass(value):
        methods = list(_methods(value))
        if methods:
            lines.append("| method | |\n|---|---|")
            lines += [f"| `{n}{short(v)}` | {escape(single(first_line(v)))} |" for n, v in methods]
            lines.append("")
    if same := keras_name(path):
        lines.append(f"The same in Keras: `{same}`.\n")
    return "\n".join(lines)


def _methods(cls: type) -> Iterator[tuple[str, Any]]:
    """Give the methods that a class has of its own and describes."""
    for name, value in sorted(vars(cls).items()):
        function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if not name.startswith("_") and inspect.isfunction(function) and function.__doc__:
            yield name, function


def signature(value: Any) -> str:
    """Write the parameters, one a line where they are many."""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    parameters = [p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values()]
    parameters = [p for p in parameters if p.name != "self"]
    plain = str(found.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
    plain = re.sub(r" at 0x[0-9a-f]+", "", plain)
    if len(plain) < 76 or "\n" in plain:
        return plain
    inner = [re.sub(r" at 0x[0-9a-f]+", "", str(p)) for p in parameters]
    kinds = {p.kind for p in parameters}
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        place = next(i for i, p in enumerate(parameters) if p.kind is p.KEYWORD_ONLY)
        inner.insert(place, "*")
    return "(\n    " + ",\n    ".join(inner) + ",\n)"


def short(function: Any) -> str:
    """Write the names of the parameters alone."""
    try:
        names = [n for n in inspect.signature(function).parameters if n not in ("self", "cls")]
    except (TypeError, ValueError):
        return "(...)"
    return f"({', '.join(names)})"


def first_line(value: Any) -> str:
    """Give the first line of a description."""
    return (inspect.getdoc(value) or "").split("\n\n")[0].replace("\n", " ").strip()


def single(text: str) -> str:
    """Write code in Markdown's one backtick."""
    return text.replace("``", "`")


def escape(text: str) -> str:
    """Keep a text from ending a table's cell."""
    return text.replace("|", "\\|")


def markdown(text: str) -> str:
    """Turn a description with sections and examples into Markdown."""
    out: list[str] = []
    lines, number = text.splitlines(), 0
    while number < len(lines):
        line = lines[number]
        section = _SECTION.match(line)
        if line.startswith(">>>"):
            end = number
            while end < len(lines) and lines[end].strip():
                end += 1
            code = [re.sub(r"\s*# doctest:.*$", "", x) for x in lines[number:end]]
            out += ["```pycon", *code, "```", ""]
            number = end
        elif section and section[1] in ("Arguments", "Raises"):
            end = number + 1
            while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" ")):
                end += 1
            out += [f"**{section[1]}**", "", *_items(lines[number + 1 : end]), ""]
            number = end
        elif section:
            out += [f"**{section[1]}:** {single(section[2])}".rstrip()]
            number += 1
        else:
            out.append(single(line) if line.strip() else "")
            number += 1
    return "\n".join(out).strip() + "\n"


def _items(lines: list[str]) -> list[str]:
    """Turn ``name: what it is`` with deeper lines that go on into a list."""
    items: list[str] = []
    indents = [len(x) - len(x.lstrip()) for x in lines if x.strip()]
    least = min(indents, default=0)
    for line in lines:
        if not line.strip():
            continue
        words = single(line.strip())
        if len(line) - len(line.lstrip()) == least:
            name, colon, rest = words.partition(":")
            items.append(f"- `{name}`:{rest}" if colon and "`" not in name else f"- {words}")
        elif items:
            items[-1] += f" {words}"
        else:
            items.append(words)
    return items


def keras_name(path: str) -> str:
    """Give the name of the same thing in Keras, or nothing where Keras has none."""
    # The backend that is here, where the others are not installed.
    os.environ.setdefault("KERAS_BACKEND", "jax")
    try:
        import keras
    except ImportError:
        return ""
    found: Any = keras
    for part in path.split(".")[1:]:
        found = getattr(found, part, None)
        if found is None:
            return ""
    return "keras" + path.removeprefix("kerata")


def command_page() -> str:
    """Write every command with its options, from the command line's own description."""
    import typer

    from kerata.cli.main import app

    group = typer.main.get_command(app)
    parts = [
        "# Commands\n\nEvery command of `kerata` with its options; `kerata COMMAND --help` says "
        "the same. A mistake ends with one sentence and exit code 2; `--debug` shows where it "
        "happened.\n"
    ]
    for name, command in sorted(group.commands.items()):  # type: ignore[attr-defined]
        if command.hidden:
            continue
        context = command.context_class(command, info_name=f"kerata {name}")
        parts.append(f"## kerata {name}\n")
        pieces = " ".join(command.collect_usage_pieces(context))
        usage = re.sub(r"\{(\w+)\}", lambda m: m[1].upper(), pieces)
        parts.append(f"```text\nkerata {name} {usage}\n```\n")
        parts.append(_help(command.help or "") + "\n")
        rows = []
        for parameter in command.params:
            if getattr(parameter, "hidden", False):
                continue
            options = ", ".join(f"`{o}`" for o in [*parameter.opts, *parameter.secondary_opts])
            argument = parameter.param_type_name == "argument"
            kind = (parameter.metavar or parameter.name or "").upper() if argument else ""
            about = " ".join((getattr(parameter, "help", None) or "").split())
            standard = parameter.default
            if callable(standard) or standard in (None, False, ()) or "Sentinel" in repr(standard):
                standard = None
            default = f" Default: `{standard}`." if standard is not None else ""
            rows.append(f"| {f'`{kind}`' if kind else options} | {escape(about)}{default} |")
        if rows:
            parts += ["| option | what it does |\n|---|---|", *rows, ""]
    return "\n".join(parts)


def _help(text: str) -> str:
    """Give a command's help: what is indented or set apart stays as it is."""
    text = text.replace("\b", "").strip()
    body, _, examples = text.partition("Examples:")
    out = inspect.cleandoc(body)
    if examples.strip():
        lines = [line.strip() for line in examples.splitlines() if line.strip()]
        out += "\n\n```text\n" + "\n".join(lines) + "\n```"
    return out
