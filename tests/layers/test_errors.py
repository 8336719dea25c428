"""What goes wrong is said in one sentence: which layer, which argument, what is expected."""

import numpy as np
import pytest

from kerata import layers
from kerata.base.symbolic import KerasTensor

A = np.ones((2, 3), "float32")
IMAGE = np.ones((2, 4, 5, 3), "float32")
STEPS = np.ones((2, 4, 3), "float32")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Dense(0), r"Dense: units must be a positive integer, got units=0"),
        (lambda: layers.Dense(2.5), r"units must be a positive integer, got units=2.5"),
        (lambda: layers.Dense(2, activation="rleu"), r"Unknown activation 'rleu'. Did you mean"),
        (lambda: layers.Activation("tahn"), r"Did you mean 'tanh'"),
        (lambda: layers.Embedding(-1, 2), r"Embedding: input_dim .* got input_dim=-1"),
        (lambda: layers.Embedding(4, True), r"output_dim must be a positive integer"),
        (lambda: layers.Embedding(4, 2, weights=np.ones((3, 2))), r"has shape \(4, 2\)"),
        (lambda: layers.Dropout(1.5), r"Dropout: rate must be from 0 to 1, got rate=1.5"),
        (lambda: layers.Dropout(-0.1), r"rate must be from 0 to 1"),
        (lambda: layers.Dropout(0.1, noise_shape="ab"), r"noise_shape must be a tuple"),
        (lambda: layers.Dropout(0.1, noise_shape=(0, 1)), r"noise_shape must be a tuple"),
        (lambda: layers.Dropout(0.1, seed="a"), r"seed must be an integer"),
        (lambda: layers.SpatialDropout1D(2.0), r"SpatialDropout1D: rate must be from 0 to 1"),
        (lambda: layers.AlphaDropout(-1), r"AlphaDropout: rate must be from 0 to 1"),
        (lambda: layers.GaussianDropout(7), r"GaussianDropout: rate must be from 0 to 1"),
        (lambda: layers.GaussianNoise(-1), r"GaussianNoise: stddev must be at least 0"),
        (lambda: layers.ReLU(max_value=-1), r"ReLU: max_value must be at least 0"),
        (lambda: layers.ReLU(threshold=None), r"ReLU: threshold must be at least 0, got .*None"),
        (lambda: layers.LeakyReLU(-0.1), r"LeakyReLU: negative_slope must be at least 0"),
        (lambda: layers.Reshape((-1, -1)), r"at most one of them -1"),
        (lambda: layers.Reshape((2.5,)), r"Reshape: target_shape must hold sizes"),
        (lambda: layers.Permute((0, 1)), r"Permute: dims must name each axis from 1 to 2 once"),
        (lambda: layers.RepeatVector(0), r"RepeatVector: n must be a positive integer"),
        (lambda: layers.UpSampling2D(2, interpolation="cubik"), r"Did you mean 'bicubic'"),
        (lambda: layers.UpSampling2D((1, 2, 3)), r"UpSampling2D: size must be"),
        (lambda: layers.ZeroPadding2D((1, 2, 3)), r"ZeroPadding2D: padding must be"),
        (lambda: layers.ZeroPadding1D(-1), r"ZeroPadding1D: padding must be a number of at least"),
        (lambda: layers.Cropping2D(((1,), 2)), r"Cropping2D: cropping must be"),
        (lambda: layers.ZeroPadding2D(1, "last"), r"data_format must be 'channels_last' or"),
        (lambda: layers.Dot(0), r"not the batch axis 0"),
        (lambda: layers.Dot((1, 2, 3)), r"Dot: axes must be an axis or a pair"),
        (lambda: layers.GroupNormalization(0), r"groups must be a positive integer"),
        (lambda: layers.Normalization(mean=1.0), r"both mean and variance, or neither"),
        (lambda: layers.Normalization(mean=[1.0], variance=1.0), r"must have the same shape"),
        (lambda: layers.CategoryEncoding(), r"num_tokens must be a positive integer"),
        (lambda: layers.CategoryEncoding(3, "multihot"), r"Did you mean 'multi_hot'"),
        (lambda: layers.Discretization(), r"either bin_boundaries or num_bins"),
        (lambda: layers.Discretization([0.0], 2), r"either bin_boundaries or num_bins"),
        (lambda: layers.get("Dnese"), r"Unknown layer 'Dnese'. Did you mean 'dense'"),
    ],
)
def test_arguments(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("layer", "inputs", "words"),
    [
        (layers.Dense(2, name="d"), A[0], r"Layer 'd' \(Dense\): expected at least 2 axes"),
        (layers.Dense(2), np.array([["a", "b"]]), r"it needs numbers"),
        (layers.SpatialDropout1D(0.1), A, r"expected 3 axes, got an input of shape \(2, 3\)"),
        (layers.Reshape((4,)), A, r"rows of shape \(3,\) have 3 elements .* \(4,\)"),
        (layers.Permute((1, 2)), A, r"expected 3 axes"),
        (layers.RepeatVector(2), STEPS, r"expected 2 axes"),
        (layers.Cropping1D((2, 2)), STEPS, r"can't cut 2 \+ 2 off axis 1 .* nothing would be left"),
        (layers.Cropping2D(2), IMAGE, r"can't cut 2 \+ 2 off axis 1"),
        (layers.UpSampling2D(2), STEPS, r"expected 4 axes"),
        (layers.Add(), A, r"joins several tensors: call it on a list"),
        (layers.Add(name="sum"), [A, STEPS[..., :2]], r"'sum' \(Add\).*\(2, 3\) and \(2, 4, 2\)"),
        (layers.Add(), [A, A[:1, :2]], r"the same number of rows"),
        (layers.Subtract(), [A, A, A], r"takes exactly 2 inputs, got 3"),
        (layers.Concatenate(), A, r"joins several tensors"),
        (layers.Concatenate(), [A, np.ones((3, 3))], r"must agree in all axes but -1"),
        (layers.Concatenate(), [A, STEPS], r"must agree in all axes but -1"),
        (layers.Concatenate(2), [A, A], r"axis=2 must exist in all inputs"),
        (layers.Dot(1), [A], r"takes exactly 2 inputs, got 1"),
        (layers.Dot(1), [A, A[:, :2]], r"the sizes along axes=1 must be the same"),
        (layers.Dot(3), [A, A], r"axes=3 must exist in the inputs"),
        (layers.BatchNormalization(4), A, r"needs to know the size of axis 4"),
        (layers.LayerNormalization((1, 2)), A, r"axis=\[1, 2\] does not exist"),
        (layers.UnitNormalization(3), A, r"axis=3 does not exist in an input of shape \(2, 3\)"),
        (layers.GroupNormalization(2), A, r"groups=2 must divide .* has 3"),
        (layers.Normalization(), A[0], r"use axis=None"),
        (layers.PReLU(shared_axes=[2]), A, r"axis=\[2\] does not exist"),
        (
            layers.CategoryEncoding(3),
            np.array([[0, 3]]),
            r"takes numbers from 0 to 2, got .* 0 to 3",
        ),
        (layers.Discretization(num_bins=2), A, r"call adapt\(data\) first"),
        (layers.EinsumDense("ab,bc", 2), A, r"the equation must have the form"),
        (layers.EinsumDense("abc,cd->abd", (None, 2)), A, r"is for an input of 3 axes"),
        (layers.EinsumDense("ab,bc->ac", (2, 3)), A, r"output_shape needs 1 sizes"),
        (layers.EinsumDense("ab,bc->acd", (2, 3)), A, r"axis 'd' of .* is nowhere else"),
        (layers.EinsumDense("ab,bc->ac", 2, bias_axes="d"), A, r"bias_axes='d' names the axis 'd'"),
        (layers.EinsumDense("abc,cd->abd", (5, 2)), STEPS, r"size 4 in the input.*says 5"),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_inputs(layer, inputs, words):
    with pytest.raises(ValueError, match=words):
        layer(inputs)


def test_another_width_than_built_for():
    for layer in (layers.Dense(2), layers.BatchNormalization(), layers.PReLU(shared_axes=[2])):
        shape = (2, 3, 4) if isinstance(layer, layers.PReLU) else (2, 3)
        layer(np.ones(shape))
        with pytest.raises(ValueError, match=rf"Layer '{layer.name}' .*axis -?1 to have size 3"):
            layer(np.ones((2, 5, 4) if len(shape) == 3 else (2, 5)))


def test_shapes_are_checked_at_every_call_of_a_merging_layer():
    layer = layers.Add()
    layer([A, A])
    with pytest.raises(ValueError, match="don't fit together"):
        layer([A, A[:, :2]])


def test_unknown_sizes_that_weights_depend_on():
    with pytest.raises(ValueError, match=r"needs to know the size of axis -1 .*\(None, None\)"):
        layers.Dense(2)(KerasTensor((None, None)))
    with pytest.raises(ValueError, match=r"kernel's shape .* is not fully known"):
        layers.EinsumDense("ab,bc->ac", 2)(KerasTensor((None, None)))


def test_an_argument_that_no_layer_has():
    with pytest.raises(TypeError, match=r"Dropout has no argument 'rat'. Did you mean 'rate'"):
        layers.Dropout(0.5, rat=0.1)


@pytest.mark.parametrize("mask", [np.ones((2, 4, 3, 1), bool), np.ones((2, 2), bool)])
def test_masks_that_do_not_fit(mask):
    with pytest.raises(ValueError, match=r"\(Softmax\): a mask of shape"):
        layers.Softmax()(STEPS, mask=mask)


def test_a_mask_for_batch_normalization_has_one_axis_less():
    with pytest.raises(ValueError, match="the mask needs one axis less"):
        layers.BatchNormalization()(STEPS, training=True, mask=np.ones((2, 4, 3), bool))
