import pytest

from kerata.kernels import conv_output_shape, conv_transpose_output_shape, pool_output_shape


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (conv_output_shape((None, None, 7, 3), 8, 3), (None, None, 5, 8)),
        (conv_output_shape((None, None, 7, 3), 8, 3, strides=2, padding="same"),
         (None, None, 4, 8)),
        (conv_output_shape((2, 7, None), 8, 3, padding="causal", strides=2), (2, 4, 8)),
        (conv_output_shape((2, 3, 9, 9), 8, 3, dilation=4, data_format="channels_first"),
         (2, 8, 1, 1)),
        (conv_output_shape((2, 1, 4, 1), 8, (3, 4)), (2, -1, 1, 8)),
        (conv_output_shape((2, 3, 1), 8, 3, dilation=2, strides=5), (2, 0, 8)),
        (conv_output_shape((2, 4, 4, 4, 1), 8, 2, padding="SAME"), (2, 4, 4, 4, 8)),
        (pool_output_shape((None, None, 3), 2), (None, None, 3)),
        (pool_output_shape((None, 5, 5, 3), (2, 3)), (None, 2, 1, 3)),
        (pool_output_shape((None, 3, 5, 5), 2, data_format="channels_first"), (None, 3, 2, 2)),
        (pool_output_shape((None, 5, 3), 2, strides=1, padding="same"), (None, 5, 3)),
        (pool_output_shape((None, 1, 3), 2), (None, 0, 3)),
        (conv_transpose_output_shape((None, None, 3), 8, 3, strides=2), (None, None, 8)),
        (conv_transpose_output_shape((None, 4, 3), 8, 2, strides=3), (None, 12, 8)),
        (conv_transpose_output_shape((1, 4, 3), 8, 3, strides=3, output_padding=2), (1, 14, 8)),
        (conv_transpose_output_shape((1, 4, 3), 8, 3, strides=2, padding="same"), (1, 8, 8)),
        (conv_transpose_output_shape((1, 4, 3), 8, 3, strides=2, padding="same", output_padding=0),
         (1, 7, 8)),
        (conv_transpose_output_shape((1, 3, 4), 8, 3, dilation=2, data_format="channels_first"),
         (1, 8, 8)),
    ],
)  # fmt: skip
def test_shapes(got, expected):
    assert got == expected
