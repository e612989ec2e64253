"""Background speech to text, by an OpenAI-compatible server (``/v1/audio/transcriptions``)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.errors import EngineError
from auscult.domain.recordings.recording import Speaker
from auscult.domain.recordings.words import Word
from auscult.outgoing.http import client
from auscult.services.recordings.transcription import Transcribing, TransientError
from auscult.workers.background.thread import BackgroundThread

POLL_EVERY_S = 1.0
_TRANSIENT = frozenset({408, 409, 425, 429})
_SERVER_ERROR = 500
_OK = 200
_SIDES: Mapping[str, Speaker] = {
    **dict.fromkeys(("agent", "representative", "advisor", "operator"), "agent"),
    **dict.fromkeys(("customer", "caller", "client", "user"), "customer"),
}
"""Sides by the names of speakers that servers send; ``SPEAKER_00`` says nothing of the side."""


class _HeardWord(Struct):
    word: str
    start: float | None = None
    end: float | None = None
    probability: float | None = None
    speaker: str | None = None
    confidence: float | None = None


class _Segment(Struct):
    text: str = ""
    start: float | None = None
    end: float | None = None
    words: list[_HeardWord] | None = None
    speaker: str | None = None

    @property
    def unaligned(self) -> list[_HeardWord]:
        """The words of a segment that an aligner gave up, each with the times of the whole."""
        return [_HeardWord(word, self.start, self.end) for word in self.text.split()]


class _Heard(Struct):
    """The body of an answer in ``verbose_json``."""

    text: str = ""
    words: list[_HeardWord] | None = None
    segments: list[_Segment] | None = None


class OpenAiRecogniser:
    """A recogniser behind the protocol of OpenAI's audio API. Times in seconds there, in ms here."""

    def __init__(self, url: str, model: str, api_key: str | None, timeout_s: int) -> None:
        """``url`` is the address up to ``/v1``."""
        self.name = model
        self.timeout_s = timeout_s
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._url = f"{url.rstrip('/')}/audio/transcriptions"
        self._http = client(OPERATOR, timeout=timeout_s, headers=headers)

    def transcribe(self, sound: Path, channel: int, language: str) -> tuple[Word, ...]:
        """Return the words of a mono WAV. Raises ``EngineError``, ``TransientError``."""
        form = {
            "model": self.name,
            "language": language,
            "response_format": "verbose_json",
            "timestamp_granularities[]": "word",
        }
        try:
            with sound.open("rb") as file:
                files = {"file": (sound.name, file, "audio/wav")}
                answer = self._http.post(self._url, data=form, files=files)
        except httpx.HTTPError as error:
            raise TransientError(f"the transcriber does not answer: {type(error).__name__}") from error
        if answer.status_code in _TRANSIENT or answer.status_code >= _SERVER_ERROR:
            raise TransientError(f"the transcriber answered {answer.status_code}")
        if answer.status_code != _OK:
            raise EngineError(f"the transcriber refused the recording with {answer.status_code}")
        return _words(answer.content, channel)

    def close(self) -> None:
        """Close connections."""
        self._http.close()


def _words(body: bytes, channel: int) -> tuple[Word, ...]:
    try:
        heard = msgspec.json.decode(body, type=_Heard)
    except msgspec.DecodeError as error:
        raise EngineError("the transcriber's answer is no verbose_json") from error
    words = heard.words
    if words is None:
        words = [
            replace(word, speaker=word.speaker or segment.speaker)
            for segment in heard.segments or ()
            for word in segment.words or segment.unaligned
        ]
        words = words if any(segment.words for segment in heard.segments or ()) else []
    last = max((each.end or 0.0 for each in heard.segments or ()), default=0.0)
    if heard.text.strip() and not any(word.start is not None for word in words):
        raise EngineError("the transcriber sent no times of words; use a model that does")
    return tuple(
        Word(
            channel=channel,
            text=word.word.strip(),
            start_ms=round(start * 1000),
            end_ms=round(end * 1000),
            confidence=word.probability if word.probability is not None else word.confidence,
            speaker=_SIDES.get((word.speaker or "").strip().lower()),
        )
        for word, start, end in _timed(words, last)
        if word.word.strip()
    )


def _timed(words: Sequence[_HeardWord], last: float) -> Iterator[tuple[_HeardWord, float, float]]:
    """Yield words with start and end; one without them, as aligners return numbers, has all of the time between others.

    ``last`` is the end of what was recognised.
    """
    behind = 0.0
    for index, word in enumerate(words):
        ahead = word.end
        if ahead is None:
            ahead = next((each.start for each in islice(words, index + 1, None) if each.start is not None), last)
        start = (min(behind, ahead) if ahead else behind) if word.start is None else max(0.0, word.start)
        yield word, start, max(start, ahead)
        behind = behind if word.start is None else max(start, ahead)


class Transcriber(BackgroundThread):
    """A thread that transcribes what is due. Several do no harm: a transcription is claimed by one at a time."""

    def __init__(self, transcribing: Transcribing | None) -> None:
        """None: there is no server of speech to text, so nothing is transcribed."""
        super().__init__("transcriptions", POLL_EVERY_S)
        self._transcribing = transcribing

    def _run_due(self) -> None:
        while self._transcribing is not None and not self._ending.is_set() and self._transcribing.run_once():
            pass
