"""Seeds and the streams that come from them."""

import random
import threading

import jax
import numpy as np
import pytest

from kerata.base.randomness import (
    FollowingGenerator,
    SeedGenerator,
    draw_key,
    draw_seed,
    fixed_seed,
    global_generator,
    seeded,
    set_random_seed,
)
from kerata.base.scope import Scope


def keys(*drawn):
    return [jax.random.key_data(key).tolist() for key in drawn]


def test_a_stream_goes_on_where_its_state_says():
    one, other = SeedGenerator(3), SeedGenerator(3)
    first = [one.next_seed() for _ in range(3)]
    assert len(set(first)) == 3
    assert other.state.numpy().tolist() == [3, 0]
    assert [other.next_seed() for _ in range(3)] == first
    assert other.state.numpy().tolist() == [3, 3]
    assert one.state.numpy().tolist() == [3, 3]
    assert one.next_seed() == other.next_seed()
    one.go_to(3, 1)
    assert one.state.numpy().tolist() == [3, 1]
    assert [one.next_seed(), one.next_seed()] == first[1:]
    fresh = SeedGenerator(5)
    fresh.go_to(3, 2)
    assert fresh.next_seed() == first[2]


def test_neighbouring_and_large_seeds_have_streams_of_their_own():
    drawn = [SeedGenerator(seed).next_seed() for seed in (0, 1, 2**32, 2**40, -1)]
    assert len(set(drawn)) == 5
    assert SeedGenerator(2**32 + 7).state.numpy().tolist() == [7, 0]
    assert SeedGenerator(2**63 + 1).next_seed() == SeedGenerator(1).next_seed()


def test_generators_without_a_seed_differ():
    assert len({SeedGenerator().seed for _ in range(4)}) == 4
    assert all(0 <= SeedGenerator().seed < 2**31 for _ in range(30))
    assert SeedGenerator(1, name="a").state.name == "a_state"
    assert SeedGenerator(1).state.name == "seed_generator_state"
    for seed in (True, 1.5, "1"):
        with pytest.raises(ValueError, match="A seed must be an integer, got seed="):
            SeedGenerator(seed)


def test_keys_inside_a_scope_come_from_the_scope():
    generator = SeedGenerator(3)
    with Scope(key=jax.random.key(1)) as scope:
        inside = keys(generator.next(), generator.next())
    assert inside == keys(*(jax.random.fold_in(jax.random.key(1), n) for n in (1, 2)))
    assert scope.next_key() is not None
    # The generator itself did not move.
    assert generator.next_seed() == SeedGenerator(3).next_seed()


def test_draws_inside_a_scope_that_holds_the_state_count_there():
    generator = SeedGenerator(3)
    state = generator.state
    with Scope([(state, state.value)]) as scope, Scope():
        inside = keys(generator.next(), generator.next())
        assert scope.holds_in_any(state)
    assert inside == keys(*(jax.random.fold_in(jax.random.key(3), n) for n in (0, 1)))
    assert state.numpy().tolist() == [3, 0]
    with Scope():
        outside = keys(generator.next())
    assert outside == keys(jax.random.key(SeedGenerator(3).next_seed()))
    assert state.numpy().tolist() == [3, 1]


def test_a_following_stream_is_the_global_one_until_its_state_is_read():
    set_random_seed(4)
    follower = FollowingGenerator()
    drawn = [follower.next_seed(), global_generator().next_seed()]
    set_random_seed(4)
    assert drawn == [global_generator().next_seed() for _ in range(2)]
    set_random_seed(4)
    own = SeedGenerator(global_generator().next_seed())
    set_random_seed(4)
    assert follower.state.numpy().tolist() == [own.seed % 2**32, 0]
    seed = follower.seed
    assert follower.next_seed() == own.next_seed()
    assert follower.state.numpy()[1] == 1
    assert follower.seed == seed


def test_seeds_inside_a_block_leave_everything_else_alone():
    set_random_seed(4)
    expected = [global_generator().next_seed() for _ in range(2)]
    set_random_seed(4)
    found = [global_generator().next_seed()]
    with seeded(7):
        inside = global_generator().next_seed()
        others = []
        thread = threading.Thread(target=lambda: others.append(global_generator()))
        thread.start()
        thread.join()
        assert others[0] is not global_generator()
        with seeded(None):
            assert global_generator().next_seed() not in (inside, *expected)
        with pytest.raises(ZeroDivisionError), seeded(8):
            raise ZeroDivisionError
    found.append(global_generator().next_seed())
    assert found == expected
    assert inside == SeedGenerator(7).next_seed()
    with fixed_seed(7) as generator:
        assert generator is global_generator()
        assert generator.seed == 7


def test_set_random_seed_seeds_numpy_and_python_too():
    drawn = []
    for seed in (5, 5, 6):
        set_random_seed(np.int64(seed))
        drawn.append((random.random(), np.random.random(), global_generator().next_seed()))
    assert drawn[0] == drawn[1]
    assert all(a != b for a, b in zip(drawn[1], drawn[2], strict=True))
    set_random_seed(0)
    set_random_seed(2**32 - 1)
    for seed in (-1, 2**32, 1.5, True, None):
        with pytest.raises(ValueError, match="an integer from 0 to 4294967295"):
            set_random_seed(seed)


def test_arguments_called_seed():
    generator = SeedGenerator(9)
    assert draw_seed(3) == 3
    assert draw_seed(generator) == SeedGenerator(9).next_seed()
    assert keys(draw_key(3)) == keys(jax.random.key(3))
    other = SeedGenerator(9)
    other.next_seed()
    assert keys(draw_key(generator)) == keys(jax.random.key(other.next_seed()))
    for draw in (draw_seed, lambda seed=None: keys(draw_key(seed))):
        set_random_seed(2)
        one = draw(None)
        set_random_seed(2)
        assert draw(None) == one != draw(None)
