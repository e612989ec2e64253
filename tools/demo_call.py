"""The recording of the demo: a call of the examples, spoken by espeak-ng where its turns stand, and its words aligned.

``python -m tools.demo_call`` writes ``examples/recordings``; it needs espeak-ng, and soundfile and pocketsphinx of the
development dependencies. The call's text has the licence of its transcript; the voices are espeak-ng's.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pocketsphinx
import soundfile
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
CALLS = ROOT / "examples/conversations/bank_calls.ndjson"
FOLDER = ROOT / "examples/recordings"
CALL = "c-df2cae18bb749210"
RATE, SPOKEN_RATE, HEAD_BYTES = 16_000, 22_050, 44
VOICES = {"agent": "en-us+m3", "customer": "en-us+f3"}
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


def main() -> None:
    """Write the recording and its words."""
    calls = [json.loads(line) for line in CALLS.read_text(encoding="utf-8").splitlines()]
    call: dict[str, Any] = next(each for each in calls if each["id"] == CALL)
    turns = call["turns"]
    both = np.zeros((max(turn["end_ms"] for turn in turns) * RATE // 1000 + RATE, 2), np.int32)
    words: list[dict[str, Any]] = []
    for turn in turns:
        if turn["speaker"] not in VOICES or not turn["text"].strip():
            continue
        channel = int(turn["speaker"] == "customer")
        said = spoken(turn["text"], VOICES[turn["speaker"]], turn["end_ms"] - turn["start_ms"])
        first = turn["start_ms"] * RATE // 1000
        both[first : first + len(said), channel] += said[: len(both) - first]
        words += [
            {"channel": channel, "text": word, "start_ms": turn["start_ms"] + start, "end_ms": turn["start_ms"] + end}
            for start, end, word in aligned(said, turn["text"])
        ]
    FOLDER.mkdir(exist_ok=True)
    samples = (both * (LOUDEST / np.abs(both).max())).astype(np.int16)
    with soundfile.SoundFile(
        FOLDER / f"{CALL}.mp3",
        "w",
        RATE,
        2,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=0.9,
        bitrate_mode="CONSTANT",
    ) as file:
        file.write(samples)
    written = json.dumps(sorted(words, key=lambda each: each["start_ms"]), ensure_ascii=False)
    (FOLDER / f"{CALL}.words.json").write_text(written + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
