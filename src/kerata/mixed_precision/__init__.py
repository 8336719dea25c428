"""Half precision for computing, single precision for weights, under Keras's names.

>>> from kerata import mixed_precision
>>> mixed_precision.set_global_policy("mixed_bfloat16")
>>> mixed_precision.global_policy().compute_dtype, mixed_precision.global_policy().variable_dtype
('bfloat16', 'float32')
>>> mixed_precision.set_global_policy("float32")
"""

from kerata.base.dtypes import DTypePolicy, dtype_policy
from kerata.dtype_policies.lookup import set_dtype_policy
from kerata.optimizers import LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
