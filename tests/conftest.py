"""Settings for all tests: Keras runs on JAX, compiled programs are kept between runs."""

import gc
import os
import shutil
import signal
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import settings

# A shell that starts programs in the background lets them ignore Ctrl-C, which tests rely on.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Under nohup the same holds for a closed terminal.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Pages of memory in use from which on a process lets go of compiled programs: 2 GiB.
LARGE = 2**31 // os.sysconf("SC_PAGE_SIZE")
MEASURED = Path("/proc/self/statm").exists()

# A red run must mean a fault and not bad luck; HYPOTHESIS_PROFILE=default searches anew.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Each core has a process; threads of OpenMP that wait for each other would only stand in the way.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Tests compile thousands of small programs and run each a few times: compiling less well, each in
# one piece, halves the time. Give XLA_FLAGS (empty, for example) to test what users run.
QUICK = ["--xla_backend_optimization_level=0", "--xla_cpu_parallel_codegen_split_count=1"]
# A later XLA has one kind of fusions, and ends the process at a flag that it does not know.
if tuple(map(int, version("jaxlib").split(".")[:2])) < (0, 11):
    QUICK.append("--xla_cpu_use_fusion_emitters=false")
os.environ.setdefault("XLA_FLAGS", " ".join(QUICK))
# Most of the time goes into compiling small programs; a second run finds them again.
cache = Path(__file__).parent.parent / ".pytest_cache" / "compiled"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Make cases slow: all but those in ``only_cases``, all but every nth with ``one_in``.

    Tests of bits run on their own, for which ``make test`` collects tests/training alone.
    """
    seen = Counter()
    for item in items:
        here = "tests/training/" in item.nodeid
        assert here or not item.get_closest_marker("bits"), f"{item.nodeid}: bits are in training"
        mark = item.get_closest_marker("only_cases")
        if mark is not None and item.callspec.id not in mark.args:
            item.add_marker(pytest.mark.slow)
        share = item.get_closest_marker("one_in")
        if share is not None:
            if seen[item.function] % share.args[0]:
                item.add_marker(pytest.mark.slow)
            seen[item.function] += 1


def pytest_collection_finish():
    """Let the garbage collector pass over what lives until the end, and run less often.

    Libraries and ten thousand tests are millions of objects, and tracing makes so many more that
    looking through them takes a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="module")
def browser():
    """A real browser; a test that wants it is skipped where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium is here")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        made = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(autouse=True)
def same_random_numbers():
    """Start each test from one seed, whatever ran before it in the same process."""
    from kerata.utils import set_random_seed

    set_random_seed(0)


@pytest.fixture(autouse=True, scope="module")
def free_compiled_programs():
    """Drop programs from memory once they are many; thousands of small ones take gigabytes."""
    yield
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if MEASURED else LARGE
    if pages >= LARGE:
        import jax

        jax.clear_caches()
        gc.collect()
