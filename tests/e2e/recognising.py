"""A small server of OpenAI's audio API around a real recogniser: pocketsphinx with a grammar."""

import io
import json
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import numpy as np
import pocketsphinx

from tests.http_servers import QuietHandler, listening

GRAMMAR = """#JSGF V1.0;
grammar calls;
public <said> = thank you for calling | how can i help you | i want to return my shoes | good morning
 | my card number is | one moment please | no wait
 | four five three nine one four eight eight zero three four three six four six seven;
"""


RATE, FRAME = 16_000, 160
LOUD, PAUSE, AROUND = 150, 60, 20
"""Loudness of a frame of 10 ms that is speech; frames of a pause between utterances, and frames kept around one."""


def heard(sound: bytes, grammar: Path) -> list[dict[str, Any]]:
    """The words of a mono WAV of 16 kHz, with times in seconds, utterance by utterance."""
    with wave.open(io.BytesIO(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return [word for first, last in utterances(samples) for word in words(samples, first, last, grammar)]


def utterances(samples: np.ndarray[Any, Any]) -> Iterator[tuple[int, int]]:
    """The first frame of each stretch between pauses, and the one behind it."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    loud = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > LOUD)
    if not len(loud):
        return
    breaks = np.flatnonzero(np.diff(loud) > PAUSE)
    for first, last in zip(loud[[0, *(breaks + 1)]], loud[[*breaks, len(loud) - 1]], strict=True):
        yield max(0, int(first) - AROUND), min(len(frames), int(last) + AROUND)


def words(samples: np.ndarray[Any, Any], first: int, last: int, grammar: Path) -> Iterator[dict[str, Any]]:
    """The words of one utterance, as pocketsphinx hears them with the grammar."""
    decoder = pocketsphinx.Decoder(samprate=RATE, jsgf=str(grammar), lm=None, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(samples[first * FRAME : last * FRAME].tobytes(), full_utt=True)
    decoder.end_utt()
    for each in decoder.seg() or ():
        if not each.word.startswith(("<", "[")):
            start, end = first + each.start_frame, first + each.end_frame + 1
            yield {"word": each.word.partition("(")[0], "start": start / 100, "end": end / 100}


@contextmanager
def recogniser(folder: Path, refusals: list[int]) -> Iterator[str]:
    """Address of the server up to /v1; each request is refused with the next of these statuses, while there are any."""
    grammar = folder / "calls.jsgf"
    grammar.write_text(GRAMMAR)

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if refusals:
                self.reply(refusals.pop(0), b"{}")
                return
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            form: Any = message_from_bytes(head + body, policy=policy.HTTP)
            parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
            assert self.path == "/v1/audio/transcriptions"
            assert parts["response_format"].get_content().strip() == "verbose_json"
            found = heard(parts["file"].get_payload(decode=True), grammar)
            self.reply(200, json.dumps({"text": " ".join(word["word"] for word in found), "words": found}).encode())

    with listening(Handler) as address:
        yield f"{address}/v1"
