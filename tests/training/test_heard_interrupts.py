"""A press of Ctrl-C that falls where Python swallows what is raised."""

import gc
import signal
import sys
import time
import weakref

import pytest

from kerata.training.interrupt import counted_interrupts, heard_interrupts, uninterrupted


def wait(begin):
    begin()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        time.sleep(0.01)


@pytest.fixture
def press_in_collection():
    pressed = []

    def callback(phase, info):
        if phase == "start" and not pressed:
            pressed.append(1)
            signal.raise_signal(signal.SIGINT)

    # Only the test's own collection may press.
    gc.disable()
    gc.callbacks.append(callback)
    yield pressed
    gc.callbacks.remove(callback)
    gc.enable()


def test_inside_the_garbage_collector_s_callback(press_in_collection):
    with pytest.raises(KeyboardInterrupt), heard_interrupts():
        wait(gc.collect)
    assert press_in_collection
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_inside_del():
    class Pressing:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), heard_interrupts():
        wait(Pressing)


def test_inside_the_callback_of_a_weak_reference():
    class Thing:
        pass

    def pressing():
        thing = Thing()
        found = weakref.ref(thing, lambda gone: signal.raise_signal(signal.SIGINT))
        del thing
        return found

    with pytest.raises(KeyboardInterrupt), heard_interrupts():
        wait(pressing)


def test_other_forgotten_errors_are_told_as_ever(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda forgotten: told.append(forgotten.exc_type))

    class Failing:
        def __del__(self):
            raise ZeroDivisionError

    with heard_interrupts():
        Failing()
    assert told == [ZeroDivisionError]


def test_trainings_inside_count_presses_as_ever(press_in_collection):
    with heard_interrupts():
        with counted_interrupts() as presses:
            gc.collect()
        assert presses.unseen == 1
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_counted_presses_interrupt_once_each_and_wait_while_muted():
    with counted_interrupts() as presses:
        presses.check()
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert presses.unseen == 2
        with uninterrupted():
            presses.check()
            with uninterrupted():
                presses.check()
            assert presses.muted
        for left in (1, 0):
            with pytest.raises(KeyboardInterrupt):
                presses.check()
            assert presses.unseen == left
        presses.check()
        # A handler that counts is the program's own for what lies inside.
        with counted_interrupts() as inner:
            signal.raise_signal(signal.SIGINT)
        assert (presses.unseen, inner.unseen) == (1, 0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with uninterrupted(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
