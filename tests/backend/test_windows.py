"""Windows, borders and label sequences of the old backend, in values worked out otherwise."""

import numpy as np
import pytest

from kerata import backend as K, ops

rng = np.random.default_rng(0)
LINE = rng.normal(size=(2, 6, 3)).astype("float32")
IMAGE = rng.normal(size=(2, 4, 5, 3)).astype("float32")


def test_causal_convolution_sees_no_later_step():
    kernel = rng.normal(size=(2, 3, 4)).astype("float32")
    found = K.conv1d(LINE, kernel, padding="causal", dilation_rate=2)
    padded = np.pad(LINE, ((0, 0), (2, 0), (0, 0)))
    expected = padded[:, :6] @ kernel[0] + padded[:, 2:] @ kernel[1]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_windows_of_images():
    kernel = rng.normal(size=(1, 1, 3, 2)).astype("float32")
    np.testing.assert_allclose(K.conv2d(IMAGE, kernel), IMAGE @ kernel[0, 0], atol=1e-5)
    depthwise = rng.normal(size=(1, 1, 3, 1)).astype("float32")
    expected = IMAGE * depthwise[0, 0, :, 0]
    np.testing.assert_allclose(K.depthwise_conv2d(IMAGE, depthwise), expected, atol=1e-5)
    pairs = np.stack([IMAGE[:, :, :-1], IMAGE[:, :, 1:]])
    np.testing.assert_allclose(K.pool2d(IMAGE, (1, 2)), pairs.max(0), atol=1e-6)
    np.testing.assert_allclose(K.pool2d(IMAGE, (1, 2), pool_mode="avg"), pairs.mean(0), atol=1e-6)
    with pytest.raises(ValueError, match="pool_mode"):
        K.pool2d(IMAGE, 2, pool_mode="sum")


def test_borders_and_sizes():
    assert K.temporal_padding(LINE, (2, 1)).shape == (2, 9, 3)
    framed = K.spatial_2d_padding(IMAGE, ((1, 0), (0, 2)))
    np.testing.assert_array_equal(framed, np.pad(IMAGE, ((0, 0), (1, 0), (0, 2), (0, 0))))
    larger = K.resize_images(IMAGE, 2, 3, "channels_last")
    np.testing.assert_array_equal(larger, IMAGE.repeat(2, 1).repeat(3, 2))


def test_label_sequences():
    scores = rng.normal(size=(2, 5, 4)).astype("float32")
    labels, spoken, counted = np.array([[0, 1], [2, 2]]), np.array([[5], [4]]), np.array([[2], [1]])
    found = K.ctc_batch_cost(labels, ops.softmax(scores), spoken, counted)
    expected = ops.ctc_loss(labels, scores, counted[:, 0], spoken[:, 0], mask_index=3)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-4)


def test_variables():
    a, b = K.variable([1.0, 2.0]), K.variable(3.0)
    K.batch_set_value([(a, [5.0, 6.0]), (b, 1.0)])
    K.moving_average_update(b, 3.0, 0.75)
    assert [v.tolist() for v in K.batch_get_value([a, b])] == [[5.0, 6.0], 1.5]
