"""Names, configs and arguments that are wrong."""

import pytest

from kerata import optimizers
from kerata.base.variable import Variable
from kerata.optimizers import SGD, Adam, AdamW, schedules


@pytest.mark.parametrize(
    ("identifier", "cls"),
    [
        ("rmsprop", "RMSprop"),
        ("RMSprop", "RMSprop"),
        ("sgd", "SGD"),
        ("adam", "Adam"),
        ("adamw", "AdamW"),
        ("Adadelta", "Adadelta"),
        ("adagrad", "Adagrad"),
        ("adamax", "Adamax"),
        ("nadam", "Nadam"),
        ("ftrl", "Ftrl"),
        ("lion", "Lion"),
        ("lamb", "Lamb"),
        ("adafactor", "Adafactor"),
        (Adam, "Adam"),
        ({"class_name": "sgd", "config": {"learning_rate": 0.5}}, "SGD"),
        ({"class_name": "Adam", "config": {}, "module": "keras.optimizers"}, "Adam"),
    ],
    ids=str,
)
def test_get(identifier, cls):
    assert type(optimizers.get(identifier)) is getattr(optimizers, cls)


def test_get_leaves_objects_alone():
    optimizer = Adam()
    assert optimizers.get(optimizer) is optimizer
    assert optimizers.get(None) is None
    assert optimizers.legacy.Adam is Adam


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: optimizers.get("admm"), ValueError, "Did you mean 'adam'"),
        (lambda: optimizers.get(3), TypeError, "Expected an optimizer"),
        (lambda: optimizers.get(lambda: 3), TypeError, "Expected an optimizer"),
        (lambda: SGD(-0.1), ValueError, "SGD: learning_rate must be at least 0, got -0.1"),
        (lambda: SGD("fast"), TypeError, "learning_rate must be a number"),
        (lambda: SGD(None), TypeError, "learning_rate must be a number"),
        (lambda: SGD([0.1, 0.2]), TypeError, "learning_rate must be a number"),
        (lambda: SGD(momentum=1.5), ValueError, "momentum must be between 0 and 1, got 1.5"),
        (lambda: SGD(momentum=True), TypeError, "momentum must be a number"),
        (lambda: SGD(momentun=0.5), TypeError, "Did you mean 'momentum'"),
        (lambda: SGD(clip_norm=0.5), TypeError, "Did you mean 'clipnorm'"),
        (lambda: SGD(0.1, decay=1e-6), ValueError, "InverseTimeDecay"),
        (lambda: SGD(clipnorm=-1.0), ValueError, "clipnorm must be at least 0"),
        (lambda: SGD(clipnorm=1.0, clipvalue=2.0), ValueError, "clipnorm=1.0, clipvalue=2.0"),
        (lambda: Adam(beta_1=1.1), ValueError, "beta_1 must be between 0 and 1"),
        (lambda: Adam(use_ema=True, ema_momentum=2), ValueError, "ema_momentum"),
        (lambda: Adam(ema_overwrite_frequency=0), ValueError, "ema_overwrite_frequency"),
        (lambda: Adam(gradient_accumulation_steps=1), ValueError, "at least 2"),
        (lambda: Adam(gradient_accumulation_steps=2.5), ValueError, "whole number"),
        (lambda: AdamW(weight_decay=None), ValueError, "weight_decay"),
        (lambda: optimizers.Lion(beta_1=0.0), ValueError, "beta_1 must be above 0"),
        (lambda: optimizers.Ftrl(learning_rate_power=0.5), ValueError, "learning_rate_power"),
        (lambda: optimizers.LossScaleOptimizer("sgd"), TypeError, "inner_optimizer"),
        (lambda: optimizers.LossScaleOptimizer(SGD(), clipnorm=1.0), ValueError, "inner"),
        (lambda: optimizers.LossScaleOptimizer(SGD(), dynamic=False), ValueError, "dynamic"),
        (lambda: optimizers.ScheduleFreeAdamW(beta_1=0), ValueError, "beta_1 must be above 0"),
        (lambda: optimizers.ScheduleFreeAdamW(beta_2=1.0), ValueError, "beta_2 must be below 1"),
        (lambda: optimizers.ScheduleFreeAdamW(warmup_steps="x"), TypeError, "warmup_steps"),
        (lambda: SGD(momentum=[0.1]), TypeError, "SGD: momentum must be a number"),
        (lambda: SGD(clipnorm={}), TypeError, "SGD: clipnorm must be a number"),
        (lambda: SGD(loss_scale_factor=0), ValueError, "loss_scale_factor must be above 0"),
        (lambda: Adam(epsilon="x"), TypeError, "Adam: epsilon must be a number, got 'x'"),
        (lambda: AdamW(epsilon=-1e-7), ValueError, "AdamW: epsilon must be at least 0"),
        (lambda: optimizers.RMSprop(epsilon=None), TypeError, "RMSprop: epsilon must be"),
        (lambda: optimizers.Adagrad(epsilon=-1), ValueError, "Adagrad: epsilon must be"),
        (lambda: optimizers.Adadelta(epsilon=[1]), TypeError, "Adadelta: epsilon must be"),
        (lambda: optimizers.Adafactor(epsilon_1=-1), ValueError, "Adafactor: epsilon_1 must be"),
        (lambda: optimizers.Adafactor(beta_2_decay="x"), TypeError, "beta_2_decay must be"),
        (lambda: optimizers.Ftrl(beta=None), TypeError, "Ftrl: beta must be a number"),
        (lambda: optimizers.Muon(ns_steps=0.5), ValueError, "Muon: ns_steps must be a positive"),
        (lambda: optimizers.Muon(exclude_layers=3), TypeError, "Muon: exclude_layers must be"),
        (lambda: optimizers.Muon(muon_a="x"), TypeError, "Muon: muon_a must be a number"),
        (lambda: schedules.CosineDecay(0.1, 0), ValueError, "decay_steps must be above 0"),
        (lambda: schedules.CosineDecayRestarts(0.1, -1), ValueError, "first_decay_steps"),
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), ValueError, "ExponentialDecay"),
        (lambda: schedules.PolynomialDecay(0.1, 0), ValueError, "decay_steps"),
        (lambda: schedules.PiecewiseConstantDecay([1], [1]), ValueError, "one more value"),
    ],
)
def test_wrong_arguments(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_old_spellings():
    assert float(SGD(lr=0.5).learning_rate) == 0.5
    # Configs of Keras 2 carry these along.
    old = {"learning_rate": 0.5, "decay": 0.0, "jit_compile": True, "is_legacy_optimizer": False}
    assert float(SGD.from_config(old).learning_rate) == 0.5
    assert old["jit_compile"]


def test_decay_is_what_the_message_says():
    schedule = schedules.InverseTimeDecay(0.5, decay_steps=1, decay_rate=1.0)
    optimizer, weight = SGD(schedule), Variable(0.0)
    optimizer.apply([-1.0], [weight])
    optimizer.apply([-1.0], [weight])
    assert float(weight) == 0.5 + 0.25


def test_clipping_of_zero_is_none():
    optimizer, weight = SGD(1.0, clipnorm=0.0), Variable(0.0)
    optimizer.apply([-3.0], [weight])
    assert float(weight) == 3.0
