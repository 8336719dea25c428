"""The playground's networks: figures of the program that it shows, values that compile nothing."""

import contextlib
import io

import jax
import numpy as np
import pytest

from kerata.playground import Learner, Settings, Sheet, make_problem, programs
from kerata.playground.baseline import linear_baseline
from kerata.playground.families import family
from kerata.playground.pictures import SIDE, UNIT_SIDE
from kerata.playground.program_text import program_text
from kerata.playground.programs import has_programs

SMALL = Settings(rows=40, layers=(3,), batch=20)


def learner_of(settings, sheet=None):
    return Learner(make_problem(settings, sheet), [settings])


def printed(program):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, {})
    return {
        name: float(v)
        for name, v in (line.split(": ") for line in out.getvalue().split("\n") if line)
    }


@pytest.fixture
def traced():
    """Names of what JAX traces, which comes before all compiling."""
    found = []

    def note(event, seconds, **about):
        if event.endswith("jaxpr_trace_duration"):
            found.append(about.get("fun_name", event))

    jax.monitoring.register_event_duration_secs_listener(note)
    yield found
    jax.monitoring.unregister_event_duration_listener(note)


@pytest.fixture(scope="module")
def learner():
    # Other tests of this process may have made its programs already.
    programs._kept.clear()
    return learner_of(SMALL)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "pears.csv"
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 3))
    names = np.where(rows[:, 0] + rows[:, 1] > 0, "ripe", "green")
    lines = [f"{a:.3f};{b:.3f};{c:.3f};{n}" for (a, b, c), n in zip(rows, names, strict=True)]
    path.write_text("\n".join(["weight;size;sugar;state", *lines]).replace(".", ","))
    return path


# With noise and dropout the random numbers are told apart by their order.
PROGRAMS = {
    "plain": SMALL,
    "dropout": SMALL.with_(problem="circles", dropout=0.2, l1=0.001),
    "both": SMALL.with_(problem="xor", dropout=0.1, jitter=0.2, l2=0.01, activation="relu"),
    "plane": SMALL.with_(problem="plane", optimizer="momentum", batch=8),
    "spiral": SMALL.with_(problem="spiral", optimizer="rmsprop", layers=(4, 3)),
    "blobs": SMALL.with_(problem="blobs", optimizer="sgd", layers=(), rate=0.1),
    "drawn": SMALL.with_(
        problem="drawn", points=((0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1), (0.5, 2, 1)), batch=2
    ),
}


@pytest.mark.only_cases("both")
@pytest.mark.parametrize("name", list(PROGRAMS))
def test_the_program_that_is_shown_gives_the_figures_that_are_shown(name):
    learner = learner_of(PROGRAMS[name])
    learner.advance(7)
    found = printed(program_text(learner))
    shown = learner.reports[0]
    assert found.keys() == shown.keys()
    for figure, value in shown.items():
        assert found[figure] == pytest.approx(value, abs=2e-5)


@pytest.mark.only_cases("state")
@pytest.mark.parametrize("target", ["state", "sugar"])
def test_programs_of_a_table_give_its_figures_too(table, target):
    settings = SMALL.with_(problem="table", target=target, layers=(2,))
    if target == "state":
        settings = settings.with_(columns=("weight", "size"))
    learner = learner_of(settings, Sheet(table))
    assert learner.problem.kind == ("binary" if target == "state" else "regression")
    learner.advance(3)
    found = printed(program_text(learner))
    assert found["val_loss"] == pytest.approx(learner.reports[0]["val_loss"], abs=2e-5)


def test_other_values_compile_nothing_and_count(learner, traced):
    learner.reset()
    learner.advance(1)
    assert traced
    traced.clear()
    before = learner.weights()[0]
    changed = SMALL.with_(rate=0.5, l1=0.1, l2=0.1, dropout=0.5, jitter=0.5)
    learner.set_values([changed])
    assert learner.changed_by_hand
    learner.advance(1)
    far = np.abs(learner.weights()[0] - before).max()
    learner.set_values([SMALL])
    learner.reset()
    learner.advance(2)
    assert not traced
    assert np.abs(learner.weights()[0] - before).max() < far / 5


def test_other_rows_of_the_same_number_compile_nothing(learner, traced):
    learner.advance(1)
    traced.clear()
    other = SMALL.with_(problem="circles", noise=0.3, seed=9)
    assert has_programs(make_problem(other), other)
    again = learner_of(other)
    assert again.programs is learner.programs
    again.advance(1)
    assert not traced
    learner.reset()
    learner.advance(1)
    # Each learns from its own rows, though the program is one.
    alone = learner_of(SMALL)
    alone.advance(1)
    assert alone.reports == learner.reports != again.reports
    assert not has_programs(make_problem(other), other.with_(layers=(3, 3)))


def test_a_unit_more_compiles_nothing_and_counts(learner, traced):
    learner.reset()
    learner.advance(1)
    learner.picture()
    wider = SMALL.with_(layers=(4,))
    other = learner_of(wider)
    traced.clear()
    assert has_programs(other.problem, wider)
    other.advance(1)
    assert other.picture().units[0].shape == (4, UNIT_SIDE**2)
    assert not traced
    assert [w.shape for w in other.weights()] == [(2, 4), (4,), (4, 1), (1,)]
    # With dropout it needs its own shape, to draw the numbers that it draws alone.
    assert other.as_alone
    other.set_values([wider.with_(dropout=0.1)])
    assert not other.as_alone
    assert not has_programs(other.problem, wider.with_(dropout=0.1))


def test_reset_begins_again(learner):
    learner.reset()
    learner.advance(3)
    first = learner.weights()
    learner.reset()
    learner.advance(3)
    for one, other in zip(first, learner.weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_pictures_are_what_the_network_answers(learner):
    learner.reset()
    learner.advance(2)
    picture = learner.picture()
    kernel, bias, last, offset = learner.weights()
    grid = learner.problem.grid(SIDE)
    hidden = np.tanh(grid @ kernel + bias)
    answer = 1 / (1 + np.exp(-(hidden @ last + offset)[:, 0]))
    assert np.abs(picture.answer - answer * 255).max() <= 0.51
    coarse = hidden.reshape(SIDE, SIDE, 3)[:: SIDE // UNIT_SIDE, :: SIDE // UNIT_SIDE]
    shown = picture.units[0] / 127 * picture.scales[0][:, None]
    assert np.abs(shown - coarse.reshape(-1, 3).T).max() < 0.005
    # The map's first row is its top.
    x, y, half = learner.problem.window
    assert grid[0] == pytest.approx([x - half * (1 - 1 / SIDE), y + half * (1 - 1 / SIDE)])


def test_narrow_networks_in_a_wide_one_learn_as_they_do_alone():
    settings = [SMALL.with_(layers=(units,), l2=0.001) for units in (1, 3)]
    together = Learner(make_problem(SMALL), settings)
    assert together.masked
    together.advance(4)
    alone = learner_of(settings[0])
    alone.advance(4)
    assert together.reports[0] == pytest.approx(alone.reports[0], abs=1e-5)
    np.testing.assert_allclose(together.weights(0)[0], alone.weights()[0], atol=1e-5)
    wide = [np.asarray(w) for w in together.members[0].values.trainable]
    assert wide[0].shape == (2, 4)
    assert not wide[0][:, 1:].any()
    assert not wide[2][1:].any()
    answers = together.answers(16)
    assert answers.shape == (2, 256)
    assert (answers[0] != answers[1]).any()


def test_families_differ_in_one_thing():
    found, names = family(SMALL, "units")
    assert [s.layers for s in found] == [(1,), (2,), (3,), (4,), (5,), (20,), (50,)]
    assert names[0] == "1 hidden unit"
    assert [s.seed for s in family(SMALL, "seeds")[0]] == [1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="units, rates, seeds"):
        family(SMALL, "ages")


def test_a_weight_can_be_set(learner):
    learner.reset()
    learner.set_weight(0, (1, 2), 5.0)
    assert learner.weights()[0][1, 2] == 5.0
    assert learner.changed_by_hand
    for place, index, value in ((0, (2, 0), 1.0), (9, (0,), 1.0), (0, (0, 0), float("nan"))):
        with pytest.raises(ValueError, match="weight"):
            learner.set_weight(place, index, value)


def test_a_loss_that_is_not_finite_ends_the_training():
    settings = SMALL.with_(problem="plane", optimizer="sgd", rate=10.0, activation="relu")
    learner = learner_of(settings)
    learner.advance(300)
    assert learner.diverged
    assert learner.epoch < 300


def test_the_line_to_beat():
    problem = make_problem(Settings(problem="blobs", noise=0.3))
    found = linear_baseline(problem)
    assert found.accuracy > 0.95
    a, b, c = found.line
    sides = problem.places @ [a, b] + c > 0
    assert (sides == (problem.y == 1)).mean() > 0.95
    flat = linear_baseline(make_problem(Settings(problem="plane", noise=0.0)))
    assert flat.test < 1e-10


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"unit": 3}, "no setting 'unit'"),
        ({"problem": "moon"}, "problem must be one of moons"),
        ({"rate": -1}, "rate must be a number"),
        ({"rate": float("nan")}, "rate must be a number"),
        ({"rows": 30.5}, "rows must be a whole number"),
        ({"layers": [4] * 9}, "room for 6 hidden layers"),
        ({"layers": [99]}, "1 to 12 units"),
        ({"layers": "44"}, "layers must be a list"),
        ({"points": [[0, 0, 7]]}, "A point is two numbers"),
        ({"points": [[0, 0, 1]] * 501}, "room for 500"),
    ],
)
def test_what_a_page_sends_is_checked(given, said):
    with pytest.raises(ValueError, match=said):
        Settings.of(given)


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="four points"):
        make_problem(Settings(problem="drawn", points=((0, 0, 1),)))


def test_tables_that_the_playground_cannot_show(tmp_path, table):
    with pytest.raises(FileNotFoundError, match=r"There is no file 'no\.csv'"):
        Sheet("no.csv")
    path = tmp_path / "words.csv"
    path.write_text("a,b\n" + "1,x\n2,y\n" * 6)
    with pytest.raises(ValueError, match="fewer than two columns of numbers"):
        Sheet(path)
    sheet = Sheet(table)
    assert sheet.columns == ["weight", "size", "sugar"]
    assert sheet.targets[0].label == "state"
    with pytest.raises(ValueError, match="no column of numbers"):
        sheet.choose(["wight"])
    three = make_problem(Settings(problem="table"), sheet)
    assert three.x.shape[1] == 3
    assert any("two principal components" in note for note in three.notes)
    # What lies on the map's plane is found again.
    grid = three.grid(4)
    np.testing.assert_allclose((grid - three.center) @ three.axes, make_places(three, 4), atol=1e-5)


def make_places(problem, side):
    x, y, half = problem.window
    steps = (np.arange(side) + 0.5) / side * 2 - 1
    return np.stack(np.meshgrid(x + half * steps, y - half * steps), -1).reshape(-1, 2)
