"""The few formulations that must be fast: convolution and pooling, as pure functions on arrays.

Every function is correct on every device. On GPUs and TPUs it is XLA's own operation; on a CPU,
where XLA's convolution is slow and inside a loop slower still, it is another formulation with the
same results.
"""

from kerata.kernels.convolution import convolution, depthwise_convolution
from kerata.kernels.pooling import average_pool, max_pool
from kerata.kernels.shapes import (
    conv_output_shape,
    conv_transpose_output_shape,
    pool_output_shape,
)
from kerata.kernels.transposed import transposed_convolution

__all__ = [
    "average_pool",
    "conv_output_shape",
    "conv_transpose_output_shape",
    "convolution",
    "depthwise_convolution",
    "max_pool",
    "pool_output_shape",
    "transposed_convolution",
]
