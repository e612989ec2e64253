"""Voice activity and peaks on speech made by espeak-ng with known times."""

import shutil
import subprocess
import wave
from array import array
from pathlib import Path

import pytest

from auscult.services.recordings.sound.peaks import peaks
from auscult.services.recordings.sound.probe import probe
from auscult.services.recordings.sound.voice_activity import figures

RATE = 22_050
HEAD_BYTES = 44
AUDIBLE = 300
TOLERANCE_MS = 100

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def spoken(text: str) -> "array[int]":
    """What espeak-ng says, from its first audible sample to its last."""
    said = subprocess.run(["espeak-ng", "-v", "en-us", "--stdout", text], capture_output=True, check=True).stdout  # noqa: S603, S607
    samples = array("h", said[HEAD_BYTES : len(said) // 2 * 2])
    loud = [index for index, sample in enumerate(samples) if abs(sample) > AUDIBLE]
    return samples[loud[0] : loud[-1] + 1]


def channel(seconds: int, *sayings: tuple[float, str]) -> tuple["array[int]", list[tuple[int, int]]]:
    """A channel with texts at these seconds, and when each is spoken, in ms."""
    samples, times = array("h", bytes(2 * seconds * RATE)), list[tuple[int, int]]()
    for at, text in sayings:
        said, first = spoken(text), round(at * RATE)
        samples[first : first + len(said)] = said
        times.append((round(at * 1000), round((first + len(said)) * 1000 / RATE)))
    return samples, times


def written(path: Path, left: "array[int]", right: "array[int]") -> Path:
    """A stereo WAV."""
    both = array("h", bytes(2 * 2 * len(left)))
    both[::2], both[1::2] = left, right
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, len(left), "NONE", ""))
        file.writeframes(both.tobytes())
    return path


def test_speech_is_found_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    """Talk of each side, the overlap with who began it, and the dead air after it."""
    left, of_agent = channel(20, (1, "thank you for calling"), (8, "let me look at your order for you now please"))
    right, of_customer = channel(20, (4, "I would like to return a pair of shoes"), (9.5, "thank you very much indeed"))
    path = written(tmp_path / "call.wav", left, right)
    found = figures(path, probe(path), ("agent", "customer"))
    for each, times in zip(found.channels, (of_agent, of_customer), strict=True):
        assert len(each.speech) == len(times)
        for span, (start, end) in zip(each.speech, times, strict=True):
            assert abs(span.start_ms - start) < TOLERANCE_MS
            assert abs(span.end_ms - end) < TOLERANCE_MS
    (overlap,) = found.overlaps
    assert overlap.begun_by == "customer"
    assert len(found.dead_air) == 1
    assert not found.is_dual_mono


def test_a_copy_of_one_channel_is_found(tmp_path: Path) -> None:
    """Even where it is softer; then nothing overlaps."""
    left, _ = channel(4, (1, "thank you for calling"))
    path = written(tmp_path / "call.wav", left, array("h", [sample // 2 for sample in left]))
    found = figures(path, probe(path), ("agent", "customer"))
    assert (found.is_dual_mono, found.overlaps) == (True, ())


def test_peaks_show_where_it_is_loud(tmp_path: Path) -> None:
    """A low and a high one for each part, near zero where nobody speaks."""
    left, ((start, end),) = channel(4, (1, "thank you for calling"))
    path = written(tmp_path / "call.wav", left, array("h", bytes(2 * len(left))))
    found = peaks(path, probe(path), 400)
    loud, silent = found.peaks
    assert len(loud) == len(silent) == 2 * found.points
    assert set(silent) == {0.0}
    first, last = start * 400 // 4000, end * 400 // 4000
    assert max(loud[2 * first : 2 * last]) > 0.1
    assert max(map(abs, loud[: 2 * first - 4])) == max(map(abs, loud[2 * last + 4 :])) == 0.0
    assert min(loud) < 0 < max(loud)
