"""A search over networks, with real trainings on a small table."""

import contextlib
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")
optuna = pytest.importorskip("optuna")

from kerata.workbench import runs  # noqa: E402 - needs pandas
from kerata.workbench.data import read_source  # noqa: E402
from kerata.workbench.networks.recipes import RECIPES, with_options  # noqa: E402
from kerata.workbench.splitting.divide import divide  # noqa: E402
from kerata.workbench.tuning.space import MORE, SPACES, USUAL, candidates, suggest  # noqa: E402
from kerata.workbench.tuning.study import open_study  # noqa: E402
from kerata.workbench.tuning.summary import importance_of  # noqa: E402
from kerata.workbench.tuning.trial import Pruned, Trials  # noqa: E402


def test_every_network_has_a_space_and_its_options_exist():
    assert SPACES.keys() == RECIPES.keys()
    for name, recipe in RECIPES.items():
        for kind in recipe.kinds:
            space = SPACES[name] | MORE.get((name, kind), {})
            with_options(recipe, kind, dict.fromkeys(space))


@pytest.mark.slow
@pytest.mark.parametrize("network", ["linear", "mlp", "wide-deep", "table"])
def test_suggested_options_build_a_network(network, table):
    divided = divide(read_source(table, target="kind"))
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    name, options = suggest(study.ask(), (network,), "table", 16)
    found = Trials(divided, epochs=1).run(name, options, lambda epoch, value: False)
    assert 0 <= found["value"] <= 1
    assert options["batch_size"] in (8, 16, 32)


@pytest.mark.slow
def test_the_first_trials_take_each_network_as_it_is(table, tmp_path, few):
    trained = few(table, tmp_path / "s.db")
    tried = trained.search.tried
    assert [(t.network, t.options) for t in tried[:2]] == [("linear", {}), ("mlp", {})]
    assert len(tried) == 5
    assert all(t.options for t in tried[2:])
    best = trained.search.best
    assert best in tried
    assert best.value == max(t.value for t in tried if t.value is not None)
    assert trained.network == best.network
    assert {k: trained.config["options"][k] for k in best.options} == best.options
    assert "Chosen among 5 trials" in trained.notes[-1]
    run = runs.save(trained, "it", tmp_path / "runs")
    assert run.record["search"]["best"]["number"] == best.number
    page = (run.path / "report.html").read_text()
    assert "What mattered" not in page  # after so few trials
    assert "Best trials" in page
    assert (run.path / "pictures" / "trials.png").exists()


@pytest.mark.slow
def test_a_search_goes_on_where_it_was_and_repeats_itself(table, tmp_path, few):
    told = []
    few(table, tmp_path / "a.db", trials=3)
    once = few(table, tmp_path / "b.db", trials=4)
    again = few(
        table, tmp_path / "a.db", trials=4, on_event=lambda name, value: told.append((name, value))
    )
    assert [value.number for name, value in told if name == "trial"] == [3]
    assert len(again.search.tried) == 4
    same = few(table, tmp_path / "c.db", trials=4)
    assert [(t.options, t.value) for t in same.search.tried] == [
        (t.options, t.value) for t in once.search.tried
    ]
    assert same.metrics == once.metrics


@pytest.mark.slow
def test_errors_are_made_small(table, tmp_path, few):
    trained = few(table, tmp_path / "s.db", target="price", trials=3)
    done = [t.value for t in trained.search.tried if t.value is not None]
    assert trained.search.best.value == min(done)


def test_a_trial_never_sees_the_test_rows(table):
    trials = Trials(divide(read_source(table, target="kind")))
    for found in (trials.divided.parts, trials.divided.targets, trials.divided.rows):
        assert set(found) == {"train", "validation"}


def test_a_trial_ends_when_told_to(table):
    epochs = []

    def report(epoch, value):
        epochs.append(epoch)
        return epoch == 1

    with pytest.raises(Pruned):
        Trials(divide(read_source(table, target="kind")), epochs=9).run("linear", {}, report)
    assert epochs == [0, 1]


@pytest.mark.slow
def test_bad_trials_are_ended_early(table, tmp_path, few):
    # Errors, since the few validation rows' accuracies tie too often to lie below a median.
    given = {"target": "price", "trials": 16, "epochs": 12, "networks": ("mlp",)}
    trained = few(table, tmp_path / "s.db", **given)
    early = [t for t in trained.search.tried if t.value is None]
    assert early
    assert all(t.epochs < 12 for t in early)


def test_ctrl_c_goes_on_with_the_best_so_far(table, tmp_path, few):
    def tell(name, value):
        if name == "trial" and value.number == 2:
            raise KeyboardInterrupt

    trained = few(table, tmp_path / "s.db", trials=50, on_event=tell)
    assert len(trained.search.tried) == 3
    assert "then interrupted" in trained.notes[-1]

    def at_once(name, value):
        if name == "search":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        few(table, tmp_path / "t.db", on_event=at_once)


@pytest.mark.slow
def test_a_study_of_another_search_is_refused(table, tmp_path, few):
    file = tmp_path / "s.db"
    few(table, file, trials=1)
    with pytest.raises(ValueError, match=r"belongs to another search: its target is 'kind', now"):
        few(table, file, target="price", trials=1)
    table.write_text(table.read_text().replace("red", "pink"))
    with pytest.raises(ValueError, match=r"the data have changed since. Name another file"):
        few(table, file, trials=1)


def test_a_file_that_is_no_study_is_refused_and_left_alone(table, tmp_path, few):
    file = tmp_path / "s.db"
    file.write_text("No database, but a long enough text to be taken for one by its size.")
    with pytest.raises(ValueError, match=r"can't be used as a study file .*--study"):
        few(table, file, trials=1)
    assert file.read_text().startswith("No database")
    other = tmp_path / "other.db"
    optuna.create_study(storage=f"sqlite:///{other}", study_name="theirs")
    with pytest.raises(ValueError, match=r"studies of another program \(theirs\)"):
        few(table, other, trials=1)
    with sqlite3.connect(other) as base:
        assert base.execute("select study_name from studies").fetchall() == [("theirs",)]


@pytest.fixture(scope="module")
def kept_study(tmp_path_factory):
    """A study of three trials, made without training, and what it is about."""
    path = tmp_path_factory.mktemp("study") / "s.db"
    study = open_study(path, {"data": "made"}, ("linear",), maximize=True, seed=0)
    for value in (0.5, 0.7, 0.6):
        trial = study.ask()
        trial.suggest_categorical("network", ["linear"])
        trial.set_user_attr("outcome", {"value": value, "epochs": 2, "seconds": 0.1})
        study.tell(trial, value)
    return path


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:4096]),
        lambda file: file.write_bytes(file.read_bytes()[:-5000]),
        "update trials set state = 'LOST'",
        "update trial_params set distribution_json = '{'",
        "update study_user_attributes set value_json = '{'",
        "update alembic_version set version_num = 'none'",
        "delete from trial_params",
        "delete from trial_user_attributes where key = 'outcome'",
        "drop table trial_values",
    ],
)
def test_a_damaged_study_is_told_in_a_sentence(kept_study, tmp_path, damage):
    file = tmp_path / "s.db"
    file.write_bytes(kept_study.read_bytes())
    assert len(open_study(file, {"data": "made"}, ("linear",), True, 0).trials) == 3
    if callable(damage):
        damage(file)
    else:
        with contextlib.closing(sqlite3.connect(file)) as base:
            base.execute(damage)
            base.commit()
    with pytest.raises(
        ValueError, match=r"s\.db (can't be used|holds no study).*--study\.$"
    ) as told:
        open_study(file, {"data": "made"}, ("linear",), True, 0)
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_processes_that_make_one_study_at_once_share_it(tmp_path):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from kerata.workbench.tuning.study import open_study\n"
        "print('ready', flush=True)\n"
        "sys.stdin.readline()\n"
        "open_study(Path('s.db'), {'data': 'made'}, ('linear', 'mlp'), True, 0)\n"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ends
    assert [file.name for file in tmp_path.iterdir()] == ["s.db"]
    # Each network was put in once.
    study = open_study(tmp_path / "s.db", {"data": "made"}, ("linear", "mlp"), True, 0)
    assert len(study.trials) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"trials": 0}, "trials must be at least 1, got 0"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"minutes": -1}, "minutes must be above 0"),
        ({"networks": ("mpl",)}, "no range to search for the network 'mpl'. Did you mean 'mlp'"),
        ({"networks": ("cnn",)}, "takes images, but these are a table"),
    ],
    ids=lambda x: next(iter(x)) if isinstance(x, dict) else "",
)
def test_what_makes_no_sense_is_refused(given, words, table, tmp_path, few):
    with pytest.raises(ValueError, match=words):
        few(table, tmp_path / "s.db", **given)
    assert not (tmp_path / "s.db").exists()


def test_auto_s_choice_comes_first(table):
    task = divide(read_source(table, target="kind")).task
    assert candidates((), "table", task, 100) == ("table", "linear", "mlp", "wide-deep")
    assert candidates((), "texts", task, 100)[0] == "bag-of-words"
    assert candidates((), "images", task, 100)[0] == "cnn-bn"


def test_what_mattered_is_told_of_the_network_tried_most_often():
    real = optuna.distributions.FloatDistribution(0.0, 1.0)
    names = optuna.distributions.CategoricalDistribution(["mlp", "linear"])
    study = optuna.create_study(direction="maximize")
    rng = np.random.default_rng(0)
    for _ in range(60):
        params = {"network": "mlp", "mlp dropout": rng.uniform(), "mlp rate": rng.uniform()}
        ranges = {"network": names, "mlp dropout": real, "mlp rate": real}
        value = -((params["mlp rate"] - 0.3) ** 2)
        study.add_trial(optuna.create_trial(params=params, distributions=ranges, value=value))
    study.add_trial(
        optuna.create_trial(
            params={"network": "linear"}, distributions={"network": names}, value=0.0
        )
    )
    network, shares = importance_of(study)
    assert network == "mlp"
    assert list(shares) == ["rate", "dropout"]
    assert shares["rate"] > 0.8
    assert importance_of(optuna.create_study()) == ("", {})


def test_a_search_that_goes_on_chooses_anew(tmp_path):
    def choices(number):
        study = open_study(tmp_path / "s.db", {"data": "made"}, ("mlp",), maximize=True, seed=0)
        made = []
        for _ in range(number):
            trial = study.ask()
            made.append(suggest(trial, ("mlp",), "table", 16)[1])
            trial.set_user_attr("outcome", {"value": 0.5, "epochs": 1, "seconds": 0.1})
            study.tell(trial, 0.5)
        return made

    first, later = choices(4), choices(3)
    assert first[0] == {}
    assert not any(options in first for options in later)


def test_a_usual_trial_has_no_options(tmp_path):
    study = optuna.create_study()
    study.enqueue_trial({"network": "mlp"}, user_attrs={USUAL: True})
    assert suggest(study.ask(), ("linear", "mlp"), "table", 16) == ("mlp", {})
