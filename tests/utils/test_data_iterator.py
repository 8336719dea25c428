"""Loading ahead: order, errors, threads that end, and how far ahead it goes."""

import threading
import time

import pytest

from kerata.utils import PyDataset, Sequence, set_random_seed
from kerata.utils.data_iterator import prefetch


class Numbers(PyDataset):
    """Batch i is i; the early batches take longest."""

    def __init__(self, n=8, slow=False, **kwargs):
        super().__init__(**kwargs)
        self.n, self.slow, self.seen = n, slow, []

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        if self.slow:
            time.sleep(0.002 * (self.n - index))
        self.seen.append(index)
        return index


def threads():
    return [t for t in threading.enumerate() if t.name.startswith("kerata-prefetch")]


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("queue_size", [1, 4])
def test_order_is_kept(workers, queue_size):
    items = prefetch(Numbers(slow=True), workers, queue_size)
    assert list(items) == list(range(8))
    assert threads() == []


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize(
    "make", [lambda: range(5), lambda: iter(range(5)), lambda: (i for i in range(5)), lambda: []]
)
def test_any_iterable(make, workers):
    assert list(prefetch(make(), workers)) == list(make())
    assert threads() == []


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_errors_arrive_where_the_batch_was_due(workers):
    class Broken(Numbers):
        def __getitem__(self, index):
            if index == 2:
                raise KeyError("lost row")
            return index

    items = prefetch(Broken(), workers)
    assert [next(items), next(items)] == [0, 1]
    with pytest.raises(KeyError, match="lost row"):
        next(items)
    assert threads() == []
    assert list(items) == []


def test_errors_of_generators_arrive():
    def generate():
        yield 1
        raise OSError("disk")

    items = prefetch(generate())
    assert next(items) == 1
    with pytest.raises(OSError, match="disk"):
        next(items)


@pytest.mark.parametrize("workers", [0, 2])
def test_stop_iteration_inside_a_batch_is_not_taken_for_the_end(workers):
    class Broken(Numbers):
        def __getitem__(self, index):
            return next(iter(()))

    with pytest.raises(RuntimeError, match="Batch 0 of the data raised StopIteration"):
        list(prefetch(Broken(), workers))


def test_closing_stops_the_threads():
    with prefetch(Numbers(n=1000, slow=False), workers=2, queue_size=4) as items:
        assert next(items) == 0
        assert len(threads()) > 0
    assert threads() == []
    assert list(items) == []
    items.close()


def test_forgetting_it_stops_the_threads():
    items = prefetch(iter(range(10)))
    next(items)
    running = threads()
    del items
    for thread in running:
        thread.join(timeout=2)
    assert threads() == []


def test_not_more_than_the_queue_holds_is_loaded_ahead():
    numbers = Numbers(n=100)
    with prefetch(numbers, workers=1, queue_size=3) as items:
        assert next(items) == 0
        time.sleep(0.05)
        assert len(numbers.seen) <= 3
        next(items)


def test_it_does_load_ahead():
    numbers = Numbers(n=100)
    with prefetch(numbers, workers=2, queue_size=5) as items:
        next(items)
        for _ in range(200):
            if len(numbers.seen) >= 5:
                break
            time.sleep(0.005)
        assert len(numbers.seen) == 5


def test_endless_data_is_fine():
    class Endless(Numbers):
        num_batches = None

    with prefetch(Endless(), workers=2, shuffle=True) as items:
        assert [next(items) for _ in range(20)] == list(range(20))


def test_shuffling_follows_the_seed_and_loses_nothing():
    def order():
        set_random_seed(3)
        return list(prefetch(Numbers(n=50), shuffle=True))

    first = order()
    assert first == order()
    assert sorted(first) == list(range(50))
    assert first != list(range(50))


def test_shuffling_changes_from_epoch_to_epoch():
    set_random_seed(3)
    numbers = Numbers(n=50)
    assert list(prefetch(numbers, shuffle=True)) != list(prefetch(numbers, shuffle=True))


def test_settings_of_the_data_set_are_used():
    numbers = Numbers(workers=3, max_queue_size=7, use_multiprocessing=True)
    assert (numbers.workers, numbers.max_queue_size, numbers.use_multiprocessing) == (3, 7, True)
    with prefetch(numbers) as items:
        next(items)
        assert items._ahead == 7


def test_a_subclass_without_super_init_works():
    class Bare(PyDataset):
        def __init__(self):
            pass

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return index

    assert list(prefetch(Bare())) == [0, 1] == list(Bare())


@pytest.mark.parametrize("kwargs", [{"workers": -1}, {"workers": 1.5}, {"queue_size": 0}])
def test_settings_without_sense_are_refused(kwargs):
    with pytest.raises(ValueError, match=r"workers|queue"):
        prefetch([1], **kwargs)


def test_missing_methods_are_named():
    with pytest.raises(NotImplementedError, match="PyDataset needs __getitem__"):
        PyDataset()[0]
    with pytest.raises(NotImplementedError, match="PyDataset needs __len__"):
        list(PyDataset())


def test_sequence_is_the_old_name():
    assert Sequence is PyDataset
