"""The reference has every public name, from its own description."""

import importlib

import pytest
from scripts.docsite import reference


def test_every_public_class_and_function_has_an_entry():
    modules = reference.public_modules()
    assert {"kerata.layers", "kerata.losses", "kerata.datasets.imdb"} <= set(modules)
    for path in ("kerata.layers", "kerata.search", "kerata.datasets.imdb"):
        module = importlib.import_module(path)
        names = list(reference.public_names(module))
        assert names
        for name, value in names:
            text = reference.entry(f"{path}.{name}", name, value)
            assert text.startswith(f"## {name}\n")
            assert f"{path}.{name}(" in text


def test_a_layer_is_described_with_arguments_example_and_its_name_in_keras():
    from kerata import layers

    text = reference.entry("kerata.layers.Dense", "Dense", layers.Dense)
    assert "kerata.layers.Dense(\n    units,\n    activation=None," in text
    assert "- `units`: int, number of outputs." in text
    assert "**Raises**" in text
    assert "```pycon\n>>> " in text
    assert "The same in Keras: `keras.layers.Dense`." in text
    assert "``pycon" in text.replace("```pycon", "``pycon")
    assert not reference.keras_name("kerata.search.grid")


def test_every_command_and_option_is_there():
    import typer

    from kerata.cli.main import app

    text = reference.command_page()
    for name, command in typer.main.get_command(app).commands.items():
        if command.hidden:
            continue
        assert f"## kerata {name}\n" in text
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert f"`{parameter.opts[0]}`" in text


@pytest.mark.slow
def test_no_name_of_any_namespace_is_missing():
    pages = "".join(reference.module_pages().values())
    for path in reference.public_modules():
        for name, _ in reference.public_names(importlib.import_module(path)):
            assert f"{path}.{name}" in pages
