"""Constructors refuse what they do not take in one sentence, by the name of the class called."""

import inspect

import pytest

import kerata as keras
from kerata.base.signatures import argument_names

FAMILIES = (
    *("layers", "losses", "metrics", "optimizers", "callbacks", "initializers", "regularizers"),
    *("constraints",),
)
# What is taken where the place of a required argument says nothing.
GIVEN = {
    **dict.fromkeys(("rate", "factor", "height_factor", "width_factor", "recall"), 0.5),
    **dict.fromkeys(("precision", "specificity", "sensitivity", "schedule"), 0.5),
    **{name: [1, 2] for name in ("dims", "target_class_ids", "bin_boundaries")},
    **dict.fromkeys(("filepath", "filename", "backup_dir"), "name"),
    "layer": keras.layers.LSTM(2),
}


def public_classes():
    for family in FAMILIES:
        module = getattr(keras, family)
        for name in module.__all__:
            cls = getattr(module, name)
            if inspect.isclass(cls) and cls.__module__.startswith("kerata."):
                yield cls


def named(cls):
    """Give the names of all constructors of a class and its bases."""
    for base in cls.__mro__:
        init = vars(base).get("__init__")
        if inspect.isfunction(init):
            for p in list(inspect.signature(init).parameters.values())[1:]:
                if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                    yield p.name


def test_what_a_base_takes_and_the_class_does_not_is_refused_by_the_class():
    refused = 0
    for cls in dict.fromkeys(public_classes()):
        own = inspect.signature(cls.__init__).parameters
        required = [p.name for p in own.values() if p.default is p.empty][1:]
        required = [n for n in required if own[n].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        arguments = {name: GIVEN.get(name, 2) for name in required}
        for name in dict.fromkeys(n for n in named(cls) if n not in own):
            try:
                cls(**arguments, **{name: None})
            except (TypeError, ValueError, AttributeError, ImportError) as error:
                said = str(error)
                assert "keyword argument" not in said
                assert "multiple values" not in said
                refused += said.startswith(f"{cls.__name__} has no argument {name!r}. ")
    assert refused > 80


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.GRU(4, cell=3), "GRU has no argument 'cell'. Known names: activ"),
        (lambda: keras.layers.LSTM(4, dropuot=0.5), "'dropuot'. Did you mean 'dropout'"),
        (lambda: keras.layers.Cropping1D(1, data_format="channels_last"), "Cropping1D has no arg"),
        (lambda: keras.losses.MeanSquaredError(fn=2), "'fn'. Known names: dtype, name, reduction"),
        (lambda: keras.metrics.TruePositives(default=1), "TruePositives has no argument 'default'"),
        (lambda: keras.callbacks.EarlyStopping(patiense=1), "'patiense'. Did you mean 'patience'"),
        (lambda: keras.initializers.HeNormal(scale=2), "HeNormal has no argument 'scale'. Known"),
    ],
    ids=lambda value: None if callable(value) else value.split()[0].strip("'"),
)
def test_sentences(make, said):
    with pytest.raises(TypeError) as caught:
        make()
    assert said in str(caught.value)
    # Python's own words, with names of bases that nobody called, are not printed beside it.
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_names_are_those_that_can_be_given():
    names = argument_names(keras.layers.GRU)
    assert {"units", "recurrent_dropout", "zero_output_for_mask", "trainable"} <= set(names)
    assert not {"cell", "arguments"} & set(names)
    assert argument_names(keras.losses.MeanSquaredError) == ["reduction", "name", "dtype"]

    class Wide(keras.layers.Dense):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    assert "units" in argument_names(Wide)


def test_what_goes_wrong_inside_a_constructor_of_the_users_is_told_as_it_is():
    def helper(size):
        return size

    class Mine(keras.layers.Dense):
        def __init__(self, units, color=None):
            super().__init__(units)
            helper(color=color)

    with pytest.raises(TypeError, match=r"helper\(\) got an unexpected keyword argument 'color'"):
        Mine(2, color="red")
    with pytest.raises(TypeError, match=r"Dense.__init__\(\) got multiple values for argument 'un"):
        keras.layers.Dense(2, units=3)
