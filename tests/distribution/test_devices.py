"""Trainings on 8 virtual devices of one process give the results of one device."""

import pytest

CLOSE = 1e-5


@pytest.fixture(scope="module")
def quick(children):
    start, _, found = children
    return found(start("eight_devices.py", "dense", "shares", "single", "names", devices=8))


def test_weights_losses_and_predictions_are_those_of_one_device(quick):
    assert quick["dense"] < CLOSE


@pytest.mark.parametrize("rows", ["64", "60"])
def test_a_device_computes_its_share_alone(quick, rows):
    whole, share = quick["shares"][rows]
    assert share
    assert not whole


def test_single_batches_are_dealt_out_by_rows(quick):
    assert quick["single"] == [[[8, 6], [8]], [[8, 6], [8]], [[8, 6]]]


def test_devices_have_names(quick):
    assert quick["names"]["devices"] == [f"cpu:{i}" for i in range(8)]


def test_an_unknown_device_is_named(quick):
    assert "There is no device 'cpu:9'. Did you mean 'cpu:" in quick["names"]["unknown"]


def test_a_device_can_be_named_once(quick):
    assert "Each device can be named once" in quick["names"]["twice"]


def test_a_training_inside_a_device_block_runs_there(quick):
    assert quick["names"]["inside"] == [[3, 3], [3], [0]]


@pytest.mark.slow
@pytest.mark.parametrize("training", ["streamed", "images", "sparse"])
def test_other_kinds_of_trainings(children, training):
    start, _, found = children
    assert found(start("eight_devices.py", training, devices=8))[training] < CLOSE


@pytest.mark.slow
def test_some_of_the_devices(children):
    start, _, found = children
    assert found(start("eight_devices.py", "some", devices=8))["some"] < CLOSE


@pytest.mark.slow
class TestModelParallel:
    @pytest.fixture(scope="class")
    def parallel(self, children):
        start, _, found = children
        return found(start("eight_devices.py", "parallel", devices=8))["parallel"]

    def test_results_are_those_of_one_device(self, parallel):
        assert parallel["difference"] < CLOSE

    def test_weights_and_their_moments_are_shared_out(self, parallel):
        assert parallel["kernel"] == parallel["moment"] == [6, 2]
        assert parallel["batch norm"] == [8]

    def test_arrays_can_be_laid_out_by_hand(self, parallel):
        assert parallel["by hand"] == [3, 2]

    def test_a_layout_that_does_not_fit_is_named(self, parallel):
        assert "does not fit the weight 'dense/kernel' of shape (6, 8)" in parallel["misfit"]
