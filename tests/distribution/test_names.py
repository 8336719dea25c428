"""Names, meshes and layouts, and what is said of wrong ones; no devices beyond the first."""

import jax
import numpy as np
import pytest

import kerata as keras
from kerata import distribution
from kerata.base.placement import current_placement
from kerata.distribution import (
    DataParallel,
    DeviceMesh,
    LayoutMap,
    ModelParallel,
    TensorLayout,
    agreement,
    rendezvous,
)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID"):
        monkeypatch.delenv(f"KERAS_DISTRIBUTION_{name}", raising=False)


def test_namespace():
    assert keras.distribution.DataParallel is DataParallel


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: distribution.list_devices("gpus"), ValueError, "Did you mean 'gpu'?"),
        (lambda: distribution.list_devices("tpu"), ValueError, "There is no tpu here"),
        (lambda: DataParallel(devices=["cpu:77"]), ValueError, "There is no device 'cpu:77'"),
        (lambda: DataParallel(devices=["cpux"]), ValueError, "There is no device 'cpux'"),
        (lambda: DataParallel(device_mesh=["cpu:0"]), TypeError, "must be a DeviceMesh"),
        (lambda: DeviceMesh((), []), ValueError, "one or more axes"),
        (lambda: DeviceMesh((1, 1), ["a"]), ValueError, "a name for each"),
        (lambda: DeviceMesh((1, 1), ["a", "a"]), ValueError, "different names"),
        (lambda: DeviceMesh((3,), ["a"], ["cpu:0"]), ValueError, "takes 3 devices, got 1"),
        (lambda: TensorLayout(("modle",), _mesh()), ValueError, "Did you mean 'model'?"),
        (lambda: TensorLayout(("model",)).backend_layout, ValueError, "has no mesh yet"),
        (lambda: ModelParallel(layout_map={}), TypeError, "needs layout_map=LayoutMap"),
        (lambda: ModelParallel(layout_map=LayoutMap(None)), ValueError, "has no mesh"),
        (
            lambda: ModelParallel(layout_map=LayoutMap(_mesh()), batch_dim_name="rows"),
            ValueError,
            "batch, model, got 'rows'",
        ),
        (lambda: distribution.set_distribution("data"), TypeError, "got 'data'"),
        (lambda: distribution.initialize(), ValueError, "needs job_addresses"),
        (lambda: distribution.initialize("a:1"), ValueError, "needs num_processes"),
        (lambda: distribution.initialize("a:1", 2), ValueError, "needs process_id"),
        (lambda: distribution.initialize("a", 2, 0), ValueError, "needs a port"),
        (lambda: distribution.initialize("a:1", 2, 2), ValueError, "process_id must be from 0"),
        (lambda: distribution.initialize("a:1,b:1", 3, 0), ValueError, "2 addresses"),
        (lambda: distribution.initialize("a:1", "two", 0), ValueError, "a whole number"),
    ],
)
def test_wrong_use_is_explained(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_slurm_tells_the_rest(monkeypatch):
    joined = []
    monkeypatch.setattr(rendezvous, "join", lambda *given: joined.append(given))
    monkeypatch.setattr(agreement, "share_seed", lambda: None)
    monkeypatch.setattr(jax.config, "update", lambda *given: joined.append(given))
    job = {"JOB_ID": 7, "STEP_NODELIST": "node[03-04]", "NTASKS": 8, "PROCID": 5, "LOCALID": 1}
    for name, value in job.items():
        monkeypatch.setenv(f"SLURM_{name}", str(value))
    distribution.initialize()
    port = 7 % 2**12 + 2**16 - 2**12
    assert joined.pop() == (f"node03:{port}", 8, 5, 300)
    assert ("jax_cuda_visible_devices", "1") in joined


def test_initialize_comes_first():
    np.asarray(keras.ops.zeros(1))
    with pytest.raises(RuntimeError, match="before anything is computed"):
        distribution.initialize("127.0.0.1:1", 2, 1)


def test_layouts_are_found_by_patterns():
    layouts = LayoutMap(_mesh())
    layouts["dense.*/kernel"] = (None, "model")
    layouts["exact"] = TensorLayout(("model",))
    assert layouts["dense_3/kernel"].axes == (None, "model")
    assert layouts["exact"].device_mesh is layouts.device_mesh
    assert layouts["other"] is None
    assert list(layouts) == ["dense.*/kernel", "exact"]
    del layouts["exact"]
    assert len(layouts) == 1
    layouts[".*kernel"] = (None, None)
    with pytest.raises(ValueError, match="matches several keys"):
        layouts["dense/kernel"]
    with pytest.raises(ValueError, match="has the key"):
        layouts[".*kernel"] = ("model",)
    with pytest.raises(TypeError, match="takes layouts or tuples"):
        layouts["bias"] = "model"


def test_scope_sets_and_takes_back():
    before = current_placement()
    strategy = DataParallel(devices=["cpu:0"])
    with strategy.scope():
        assert distribution.distribution() is strategy
        assert current_placement() is not before
    assert distribution.distribution() is None
    assert current_placement() is before


def test_layouts_of_a_strategy():
    strategy = DataParallel(devices=["cpu:0"])
    weight = keras.Variable(np.zeros((2, 3)))
    assert strategy.get_data_layout((8, 3)).axes == ("batch", None)
    assert strategy.get_variable_layout(weight).axes == (None, None)
    assert strategy.get_tensor_layout("x") is None
    assert strategy.num_model_replicas == strategy.num_processes == 1


def test_a_mesh_of_two_axes_is_warned_of():
    with pytest.warns(UserWarning, match="first axis"):
        DataParallel(device_mesh=_mesh())


def _mesh():
    return DeviceMesh((1, 1), ["batch", "model"], ["cpu:0"])


def test_a_device_that_is_not_here_is_refused():
    with keras.device(jax.devices()[0]):
        assert keras.ops.ones(()).devices() == {jax.devices()[0]}
    with pytest.raises(ValueError, match="There is no device 'cpu:99'"):
        keras.device("cpu:99")
    with pytest.raises(ValueError, match="There is no tpu here; the devices are cpu:0"):
        keras.device("tpu:0")
    with pytest.raises(TypeError, match="a name such as 'cpu:0', got 3"):
        keras.device(3)
