"""Networks as they are described, and what is refused before any row is read."""

import pytest

from kerata.cli.request import NETWORKS
from kerata.workbench.networks.catalogue import checked_options, descriptions
from kerata.workbench.networks.recipes import RECIPES


def test_the_short_list_names_all_networks():
    assert set(NETWORKS) == set(RECIPES)


@pytest.mark.parametrize("one", descriptions(), ids=lambda one: one.name)
def test_each_option_says_what_it_decides_and_takes_its_own_default(one):
    for option in one.options:
        assert option.about, option.name
        assert option.values, option.name
        checked_options(one.name, {option.name: option.default} if option.default else {})


@pytest.mark.parametrize(
    ("network", "options", "told"),
    [
        ("mpl", {}, "Did you mean 'mlp'"),
        ("mlp", {"untis": 3}, "Did you mean 'units'"),
        ("mlp", {"units": "many"}, "units of the network 'mlp' takes whole numbers"),
        ("cnn", {"units": (64, 64)}, "takes a whole number from 1"),
        ("mlp", {"dropout": 1}, "from 0 to below 1, got 1"),
        ("auto", {"learning_rate": -1}, "a number above 0"),
        ("linear", {"patience": True}, "a whole number from 1"),
        ("tfidf", {"weights": "idf"}, "tfidf, naive-bayes"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(network, options, told):
    with pytest.raises(ValueError, match=r"network|option") as error:
        checked_options(network, options)
    assert told in str(error.value)


def test_one_width_is_one_layer_and_own_networks_take_anything():
    assert checked_options("mlp", {"units": 32}) == {"units": (32,)}
    assert checked_options("cnn", {"units": 32}) == {"units": 32}
    assert checked_options("auto", {"units": [64, 32]}) == {"units": (64, 32)}
    assert checked_options("mine:small", {"anything": 1}) == {"anything": 1}
