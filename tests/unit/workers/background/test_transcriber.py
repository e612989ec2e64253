"""Speech to text over HTTP: answers of servers whose aligner gives some words no times, by a real server."""

import json
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.errors import EngineError
from auscult.workers.background.transcriber import OpenAiRecogniser
from tests.http_servers import QuietHandler, listening


def heard(answer: dict[str, Any], folder: Path) -> list[tuple[str, int, int]]:
    """Return the words and times that the recogniser reads from a server's answer."""

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(200, json.dumps(answer).encode())

    sound = folder / "call.wav"
    sound.write_bytes(b"RIFF")
    with listening(Handler) as address:
        recogniser = OpenAiRecogniser(f"{address}/v1", "whisper-1", None, 5)
        try:
            return [(each.text, each.start_ms, each.end_ms) for each in recogniser.transcribe(sound, 0, "en")]
        finally:
            recogniser.close()


def test_nothing_that_was_heard_is_lost_for_want_of_times(tmp_path: Path) -> None:
    """Numbers have all of the time between others, so that silence covers them; an unaligned segment is kept, too."""
    paid = [{"word": "paid", "start": 1.0, "end": 1.4}, {"word": "£13.60"}, {"word": "4,9"}]
    segments = [
        {"text": "paid £13.60 4,9", "start": 1.0, "end": 2.0, "words": paid},
        {"text": "ref 2266", "start": 2.5, "end": 3.5, "words": []},
        {"text": "bye 7", "end": 4.9, "words": [{"word": "bye", "start": 4.0, "end": 3.9}, {"word": "7"}]},
    ]
    found = heard({"text": "paid £13.60 4,9 ref 2266 bye 7", "segments": segments}, tmp_path)
    assert found == [
        ("paid", 1000, 1400),
        ("£13.60", 1400, 2500),
        ("4,9", 1400, 2500),
        ("ref", 2500, 3500),
        ("2266", 2500, 3500),
        ("bye", 4000, 4000),
        ("7", 4000, 4900),
    ]


def test_an_answer_without_any_times_of_words_is_refused(tmp_path: Path) -> None:
    """A model that times segments alone cannot show where a word is silenced."""
    with pytest.raises(EngineError, match="no times of words"):
        heard({"text": "hello", "segments": [{"text": "hello", "start": 0, "end": 1}]}, tmp_path)
