"""Errors of the figures from sound: talk, silence, dead air, overlap and hold, against the times of the transcript.

    python -m bench.voice [--calls 20] [--noise-db -90 -60 -40]

Calls of the examples are spoken by espeak-ng at the times of their turns, as 8 kHz µ-law with white noise of this
level on both channels, and with a pause and a hold (``bench/spoken_calls.py``). What is printed are absolute errors in
ms: of where speech begins and ends, and of each figure of a call. Turns of one side less than 250 ms apart are one
stretch of speech, and turns shorter than 96 ms are left out, as voice activity does with speech.
"""

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from auscult.domain.recordings.recording import Speaker
from auscult.domain.recordings.voice import Span, VoiceFigures, joined, voice_figures
from auscult.domain.said.speech import cross_talk, talk_spans
from auscult.services.recordings.sound.probe import probe
from auscult.services.recordings.sound.voice_activity import figures
from bench.spoken_calls import SpokenCall, speak, timed_calls, write

CALLS = Path(__file__).parent.parent / "examples" / "conversations"
SIDES: tuple[Speaker, Speaker] = ("agent", "customer")
GAP_MS, LEAST_MS = 250, 96
LEAST_OVERLAP_MS = 200


class Errors(Struct):
    """Errors of some calls, in ms: of each start and end of speech, and of each call's figures."""

    starts: list[int] = []
    ends: list[int] = []
    talk: list[int] = []
    silence: list[int] = []
    dead_air: list[int] = []
    overlap: list[int] = []
    hold: list[int] = []
    missed: int = 0
    invented: int = 0
    overlaps: int = 0
    overlaps_found: int = 0
    begun_by_right: int = 0
    holds_found: int = 0

    def add(self, call: SpokenCall, found: VoiceFigures) -> None:
        """Compare a call's figures with its transcript."""
        said = expected(call)
        for true, heard in zip(said.channels, found.channels, strict=True):
            self._add_speech(true.speech, heard.speech)
            self.talk.append(abs(heard.talk_ms - true.talk_ms))
        self.silence.append(abs(found.silence_ms - said.silence_ms))
        self.dead_air.append(abs(found.dead_air_ms - said.dead_air_ms))
        self.overlap.append(abs(found.overlap_ms - said.overlap_ms))
        self.hold.append(abs(found.hold_music_ms - said.hold_music_ms))
        self.holds_found += len(found.hold_music) == 1
        for true in cross_talk(call.conversation, LEAST_OVERLAP_MS):
            same = [each for each in found.overlaps if each.start_ms < true.end_ms and each.end_ms > true.start_ms]
            self.overlaps += 1
            self.overlaps_found += bool(same)
            self.begun_by_right += bool(same) and same[0].begun_by == true.begun_by

    def _add_speech(self, said: Sequence[Span], heard: Sequence[Span]) -> None:
        for span in said:
            same = [each for each in heard if touch(each, span)]
            self.missed += not same
            if same:
                self.starts.append(abs(same[0].start_ms - span.start_ms))
                self.ends.append(abs(same[-1].end_ms - span.end_ms))
        self.invented += sum(not any(touch(each, span) for span in said) for each in heard)


class Spread(NamedTuple):
    """Median, 95th percentile and largest of some errors, in ms."""

    median: int
    p95: int
    largest: int


def touch(one: Span, other: Span) -> bool:
    """Return whether two spans have a time in common."""
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms


def expected(call: SpokenCall) -> VoiceFigures:
    """Return a call's figures by the times of its turns, and of the music of its hold."""
    speech = [joined([Span(*span) for span in talk_spans(call.conversation, side)], GAP_MS, LEAST_MS) for side in SIDES]
    return voice_figures(speech, SIDES, call.duration_ms, audible=[[Span(*call.music)], []])


def spread(errors: Iterable[int]) -> Spread:
    """Return how large errors are."""
    return Spread(*(round(float(each)) for each in np.percentile(list(errors) or [0], [50, 95, 100])))


def measured(calls: Iterable[SpokenCall]) -> Errors:
    """Return the errors of the figures of calls."""
    errors = Errors()
    with tempfile.TemporaryDirectory() as folder:
        for call in calls:
            path = Path(folder) / "call.wav"
            write(call, path, "ULAW")
            errors.add(call, figures(path, probe(path), SIDES))
    return errors


def main() -> None:
    """Print the errors at each level of noise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--noise-db", type=int, nargs="+", default=[-90, -60, -40], help="of the loudest sound")
    chosen = parser.parse_args()
    acted = timed_calls(CALLS / "acted_calls.ndjson", chosen.calls)
    calls = [*acted, *timed_calls(CALLS / "bank_calls.ndjson", chosen.calls - len(acted))]
    for level in chosen.noise_db:
        spoken = [speak(call, 10 ** (level / 20)) for call in calls]
        errors = measured(spoken)
        minutes = sum(call.duration_ms for call in spoken) / 60_000
        print(f"{len(calls)} calls of {minutes:.0f} minutes, noise of {level} dB", flush=True)
        for name in ("starts", "ends", "talk", "silence", "dead_air", "overlap", "hold"):
            found = spread(getattr(errors, name))
            print(f"  {name}: median {found.median} ms, p95 {found.p95} ms, largest {found.largest} ms")
        print(f"  stretches of speech: {len(errors.starts)} found, {errors.missed} missed, {errors.invented} invented")
        print(
            f"  overlaps: {errors.overlaps_found} of {errors.overlaps} found, begun by the right side: "
            f"{errors.begun_by_right}; holds: {errors.holds_found} of {len(calls)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
