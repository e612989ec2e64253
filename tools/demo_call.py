"""The recordings of the demo: calls of the examples, spoken by espeak-ng where their turns stand.

The words of English ones are aligned. ``python -m tools.demo_call`` writes ``examples/recordings``; it needs espeak-ng,
and soundfile and pocketsphinx of the development dependencies. A call's text has the licence of its transcript; the
voices are espeak-ng's.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pocketsphinx
import soundfile
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
FOLDER = EXAMPLES / "recordings"
RATE, SPOKEN_RATE, HEAD_BYTES = 16_000, 22_050, 44


class Call(NamedTuple):
    """A call to speak: its file of conversations, its id, and the voices of espeak-ng for agent and customer."""

    file: str
    id: str
    agent: str
    customer: str
    is_aligned: bool = False


CALLS = (
    Call("conversations/bank_calls.ndjson", "c-df2cae18bb749210", "en-us+m3", "en-us+f3", is_aligned=True),
    Call("languages/spanish.ndjson", "c-trf-005", "es+f3", "es+m3"),
    Call("languages/german.ndjson", "c-trh-015", "de+f3", "de+m3"),
)
SLOWEST, FASTEST = 120, 400
LOUDEST = 12_000
AUDIBLE = 300


def spoken(text: str, voice: str, fits_ms: int) -> NDArray[np.int16]:
    """What espeak-ng says at 16 kHz, as slowly as fits."""
    program = shutil.which("espeak-ng") or "espeak-ng"
    said = np.zeros(0, np.int16)
    for speed in range(SLOWEST, FASTEST + 1, 20):
        order = [program, "-v", voice, "-s", str(speed), "--stdout", text]
        raw = subprocess.run(order, capture_output=True, check=True).stdout[HEAD_BYTES:]  # noqa: S603  (our own words)
        heard = np.frombuffer(raw[: len(raw) // 2 * 2], np.int16)
        loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > AUDIBLE)
        heard = heard[loud[0] : loud[-1] + 1] if len(loud) else heard[:0]
        positions = np.arange(len(heard) * RATE // SPOKEN_RATE) * (SPOKEN_RATE / RATE)
        said = np.interp(positions, np.arange(len(heard)), heard).astype(np.int16)
        if len(said) * 1000 <= fits_ms * RATE:
            break
    return said


def aligned(said: NDArray[np.int16], text: str) -> list[tuple[int, int, str]]:
    """Start and end in ms, and the text, of each word; none where the words do not fit the sound."""
    words = ["".join(letter for letter in word.lower() if letter.isalnum() or letter == "'") for word in text.split()]
    known = [word for word in words if word]
    decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL", lm=None)
    if not known or any(decoder.lookup_word(word) is None for word in known):
        return []
    decoder.set_align_text(" ".join(known))
    decoder.start_utt()
    decoder.process_raw(said.tobytes(), full_utt=True)
    decoder.end_utt()
    found = [
        (each.start_frame * 10, (each.end_frame + 1) * 10)
        for each in decoder.seg() or ()
        if not each.word.startswith(("<", "["))
    ]
    if len(found) != len(known) or len(known) != len(text.split()):
        return []
    return [(start, end, word) for (start, end), word in zip(found, text.split(), strict=True)]


def record(call: Call) -> None:
    """Write one recording, and the times of its words if they are aligned."""
    lines = (EXAMPLES / call.file).read_text(encoding="utf-8").splitlines()
    turns = next(each["turns"] for each in map(json.loads, lines) if each["id"] == call.id)
    both = np.zeros((max(turn["end_ms"] for turn in turns) * RATE // 1000 + RATE, 2), np.int32)
    words: list[dict[str, Any]] = []
    voices = {"agent": call.agent, "customer": call.customer}
    for turn in turns:
        if turn["speaker"] not in voices or not turn["text"].strip():
            continue
        channel = int(turn["speaker"] == "customer")
        said = spoken(turn["text"], voices[turn["speaker"]], turn["end_ms"] - turn["start_ms"])
        first = turn["start_ms"] * RATE // 1000
        both[first : first + len(said), channel] += said[: len(both) - first]
        if call.is_aligned:
            words += [
                {
                    "channel": channel,
                    "text": word,
                    "start_ms": turn["start_ms"] + start,
                    "end_ms": turn["start_ms"] + end,
                }
                for start, end, word in aligned(said, turn["text"])
            ]
    samples = (both * (LOUDEST / np.abs(both).max())).astype(np.int16)
    with soundfile.SoundFile(
        FOLDER / f"{call.id}.opus", "w", RATE, 2, format="OGG", subtype="OPUS", compression_level=0.9
    ) as file:
        file.write(samples)
    if words:
        written = json.dumps(sorted(words, key=lambda each: each["start_ms"]), ensure_ascii=False)
        (FOLDER / f"{call.id}.words.json").write_text(written + "\n", encoding="utf-8")


def main() -> None:
    """Write all recordings."""
    FOLDER.mkdir(exist_ok=True)
    for call in CALLS:
        record(call)


if __name__ == "__main__":
    main()
