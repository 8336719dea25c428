"""scikit-learn's own checks of estimators, all of them."""

import pytest
from sklearn.utils.estimator_checks import check_estimator

from .estimators import estimators

# Weights and repeated rows give the same sums in another order: the results agree to 1e-5,
# which test_estimators.py tests, but these checks want the last digit of float32 too.
_OTHER_ORDER = "float32 sums in another order differ in the last digit"
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": _OTHER_ORDER,
    "check_sample_weight_equivalence_on_sparse_data": _OTHER_ORDER,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(estimators()))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_estimator_passes_all_checks(name):
    results = check_estimator(
        estimators()[name], expected_failed_checks=EXPECTED, on_skip=None, on_fail=None
    )
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert not failed
    assert len(results) > 50
