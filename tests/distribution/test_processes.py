"""Several processes that train together: the same results, clear ends, one that writes."""

import pytest

CLOSE = 1e-5
LOST = "lost contact with another process of this run"


def _folders(path, count):
    for number in range(count):
        (path / str(number)).mkdir(parents=True)
    return path


def _run(children, count, *arguments, **options):
    _, start_all, found = children
    return [found(child) for child in start_all("member.py", count, *arguments, **options)]


class TestTwoProcesses:
    @pytest.fixture(scope="class")
    def two(self, children, tmp_path_factory):
        return _run(children, 2, "files", _folders(tmp_path_factory.mktemp("two"), 2))

    def test_both_have_the_same_weights_without_a_seed(self, two):
        assert two[0]["weights"] == two[1]["weights"]

    def test_the_first_alone_writes_files(self, two):
        assert two[0]["files"] == ["backup", "best.keras", "log.csv"]
        assert two[1]["files"] == []

    def test_a_second_initialize_is_refused(self, two):
        assert "called already" in two[0]["again"]

    def test_data_that_differ_are_refused_on_both_sides(self, two):
        for process in two:
            assert process["other data"].startswith("Process 1 has other data than process 0")

    def test_what_works_in_one_process_only_is_refused(self, two):
        shares, weights = two[1]["refused"]
        assert "give all processes the same data" in shares
        assert "ModelParallel works within one process" in weights


@pytest.mark.slow
@pytest.mark.parametrize(
    ("training", "count", "devices"),
    [("dense", 2, 1), ("streamed", 2, 1), ("dense", 4, 1), ("images", 2, 2), ("sparse", 2, 1)],
)
def test_results_are_those_of_one_device(children, training, count, devices):
    for process in _run(children, count, "same", training, devices=devices):
        assert process["devices"] == count * devices
        assert process["difference"] < CLOSE


@pytest.mark.slow
@pytest.mark.parametrize("victim", [1, 0])
def test_a_process_that_dies_ends_the_others_with_a_sentence(children, tmp_path, victim):
    _, start_all, _ = children
    whole = _run(children, 2, "backed_up", _folders(tmp_path / "whole", 2), -1)
    folder = _folders(tmp_path / "killed", 2)
    pair = start_all("member.py", 2, "backed_up", folder, victim)
    errors = [child.communicate(timeout=100)[1] for child in pair]
    assert pair[victim].returncode == -9
    assert pair[1 - victim].returncode == 1
    last = errors[1 - victim].strip().splitlines()[-1]
    assert last.startswith("RuntimeError: Process")
    assert LOST in last
    assert "Check failure stack trace" not in errors[1 - victim]
    # Started again, they go on from what the first process has kept, and both end alike.
    assert (folder / "0" / "backup").exists()
    assert not (folder / "1" / "backup").exists()
    assert _run(children, 2, "backed_up", folder, -1) == whole


@pytest.mark.slow
@pytest.mark.parametrize("victim", [1, 0])
def test_a_process_that_falls_silent_ends_the_others_with_a_sentence(children, victim):
    _, start_all, _ = children
    pair = start_all("member.py", 2, "silent", victim)
    errors = pair[1 - victim].communicate(timeout=60)[1]
    pair[victim].kill()
    pair[victim].communicate()
    assert pair[1 - victim].returncode == 1
    assert LOST in errors.strip().splitlines()[-1]


@pytest.mark.slow
def test_a_program_that_fails_in_one_process_ends_the_others(children, tmp_path):
    _, start_all, _ = children
    # The second process has no folder to go to.
    (tmp_path / "0").mkdir()
    pair = start_all("member.py", 2, "backed_up", tmp_path, -1)
    errors = [child.communicate(timeout=100)[1] for child in pair]
    assert "FileNotFoundError" in errors[1]
    assert LOST in errors[0]


@pytest.mark.slow
def test_a_process_without_the_first_says_so(children):
    start, _, _ = children
    address = {"KERAS_DISTRIBUTION_JOB_ADDRESSES": "127.0.0.1:1"}
    alone = start(
        "absent.py",
        KERAS_DISTRIBUTION_NUM_PROCESSES="2",
        KERAS_DISTRIBUTION_PROCESS_ID="1",
        **address,
    )
    errors = alone.communicate(timeout=60)[1]
    assert alone.returncode == 1
    assert "Process 1 of 2 waited 2 seconds for process 0 at 127.0.0.1:1" in errors
