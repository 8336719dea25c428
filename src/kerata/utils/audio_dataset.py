"""Sounds in a folder as a data set."""

from __future__ import annotations

import functools
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.arguments import is_integer
from kerata.utils.file_dataset import datasets_of_folder
from kerata.utils.plain_files import open_plain


def audio_dataset_from_directory(
    directory: str | Path,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: list[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Make a data set of the ``.wav`` files in a folder.

    Arguments:
        directory, labels, label_mode, class_names, batch_size, shuffle, seed,
            validation_split, subset, follow_links, verbose: as for
            ``image_dataset_from_directory``.
        sampling_rate: int, samples a second that all sounds are brought to; as they are by default.
        output_sequence_length: int, samples of every sound: longer ones are cut, shorter ones
            are filled with zeros. By default those of a batch are as long as its longest.
        ragged: must be False: arrays of several lengths in one do not exist here.

    Returns:
        A data set of batches ``(sounds, labels)``, sounds a float32 array
        ``(batch, samples, channels)`` from -1 to 1; a list of two for ``subset='both'``.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: arguments that make no sense, no files, a file that is no WAV sound.
        ImportError: SciPy, which reads the files, is missing.

    >>> import tempfile, wave
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "beep").mkdir()
    >>> with wave.open(str(folder / "beep" / "1.wav"), "wb") as file:
    ...     file.setparams((1, 2, 8000, 0, "NONE", ""))
    ...     file.writeframes(np.array([0, 16384, -32768], "<i2").tobytes())
    >>> sounds = audio_dataset_from_directory(folder)
    1 files of 1 classes found.
    >>> [(x[0, :, 0].tolist(), y.tolist()) for x, y in sounds]
    [([0.0, 0.5, -1.0], [0])]
    """
    if ragged:
        raise ValueError(
            "ragged=True wants arrays of several lengths in one, which Kerata does not have; "
            "give output_sequence_length=, or let sounds be filled up with zeros."
        )
    for name, value in (
        ("sampling_rate", sampling_rate),
        ("output_sequence_length", output_sequence_length),
    ):
        if value is not None and (not is_integer(value) or value < 1):
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    return datasets_of_folder(
        directory,
        (".wav",),
        functools.partial(_read, sampling_rate, output_sequence_length),
        label_mode,
        batch_size,
        shuffle,
        seed,
        "tf",
        join=_joined,
        labels=labels,
        class_names=class_names,
        validation_split=validation_split,
        subset=subset,
        follow_links=follow_links,
        verbose=verbose,
    )


def _read(sampling_rate: int | None, length: int | None, path: str) -> np.ndarray:
    try:
        from scipy.io import wavfile
    except ImportError:
        raise ImportError("Sounds need SciPy: pip install scipy.") from None
    with open_plain(path) as file:
        try:
            with warnings.catch_warnings():
                # Chunks that are no sound, such as titles, are passed over.
                warnings.simplefilter("ignore", wavfile.WavFileWarning)
                rate, samples = wavfile.read(file)
        except Exception as error:
            # The parser of foreign bytes raises nearly everything.
            raise ValueError(f"{path} can't be read as a WAV sound: {error}.") from None
    samples = _as_floats(samples.reshape(len(samples), -1))
    if sampling_rate is not None and sampling_rate != rate:
        samples = _resampled(samples, rate, sampling_rate)
    return samples if length is None else _of_length(samples, length)


def _as_floats(samples: np.ndarray) -> np.ndarray:
    """Bring whole numbers to -1 to 1; bytes have their middle at 128."""
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind == "i":
        return samples.astype(np.float32) / np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    return samples.astype(np.float32)


def _resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    from scipy.signal import resample_poly

    common = math.gcd(int(rate), int(wanted))
    return resample_poly(samples, wanted // common, rate // common, axis=0).astype(np.float32)


def _of_length(samples: np.ndarray, length: int) -> np.ndarray:
    filled = np.zeros((length, samples.shape[1]), np.float32)
    filled[: len(samples)] = samples[:length]
    return filled


def _joined(sounds: list[np.ndarray]) -> np.ndarray:
    channels = {sound.shape[1] for sound in sounds}
    if len(channels) > 1:
        raise ValueError(
            f"The sounds of a batch have {' and '.join(map(str, sorted(channels)))} channels; "
            "all must have the same number."
        )
    longest = max(map(len, sounds))
    return np.stack([_of_length(sound, longest) for sound in sounds])
