"""Figures of recordings: hours of sound a minute for each step, and the memory of the longest, the largest and many.

    python -m bench.recordings [--seconds 600] [--longest 14400] [--megabytes 2048] [--many 500]

Each line is a step. Memory is the largest resident size of a process of its own, in MB; voice activity is off for the
longest file.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.recordings.recording import Claims
from auscult.domain.tenancy import Tenant
from auscult.services.recordings.accept import Upload
from auscult.services.recordings.redaction import write_silenced
from auscult.services.recordings.sound.peaks import peaks
from auscult.services.recordings.sound.playable import write_playable
from auscult.services.recordings.sound.probe import probe
from auscult.services.recordings.sound.voice_activity import figures

RATE = 8_000
TENANT = Tenant(account_id="acc", org_id="o", app_id="st-bench")


def write_call(path: Path, seconds: int, rate: int = RATE) -> None:
    """Write a stereo WAV in which the sides take turns every five seconds, with a second of silence between."""
    block = np.zeros((rate, 2), np.int16)
    noise = (np.random.default_rng(1).standard_normal(rate) * 3_000).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        for second in range(seconds):
            block[:] = 0
            if second % 6 < 5:
                block[:, second // 6 % 2] = noise
            file.writeframesraw(block.tobytes())


def hours_a_minute(step: Callable[[], object], seconds: float) -> float:
    """Time a step over so much sound."""
    began = time.perf_counter()
    step()
    return seconds / 3600 / ((time.perf_counter() - began) / 60)


def peak_mb(step: Callable[[], object]) -> float:
    """Return the largest resident size of a process that does a step."""
    found = multiprocessing.get_context("fork").Queue()

    def measured() -> None:
        step()
        found.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    process = multiprocessing.get_context("fork").Process(target=measured)
    process.start()
    size = found.get(timeout=3600)
    process.join()
    return size


def add(folder: Path, files: list[Path]) -> None:
    """Add recordings to a conversation each, several at once, as a server does."""
    settings = Settings(database_url=f"sqlite:///{folder}/bench.db")
    with bootstrap.open(settings) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        calls = [
            Conversation(id=f"c-{index}", channel="voice", started_at=datetime.now(UTC)) for index in range(len(files))
        ]
        app.conversations.accept(calls)
        sound = bootstrap.recordings.folder(settings)

        def one(index: int) -> None:
            upload = Upload(app, sound, f"c-{index}", Claims(), partial(datetime.now, UTC))
            with files[index].open("rb") as file:
                while piece := file.read(1 << 20):
                    upload.write(piece)
            upload.finish()

        with ThreadPoolExecutor(16) as threads:
            list(threads.map(one, range(len(files))))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="of the call of which steps are timed")
    parser.add_argument("--longest", type=int, default=4 * 3600, help="seconds of the longest file")
    parser.add_argument("--megabytes", type=int, default=2_048, help="of the largest file")
    parser.add_argument("--many", type=int, default=500, help="files that are added at once")
    chosen = parser.parse_args()
    seconds, hours, gigabytes, many = chosen.seconds, chosen.longest / 3600, chosen.megabytes / 1024, chosen.many
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        call, longest, largest, small = (folder / name for name in ("call.wav", "long.wav", "large.wav", "small.wav"))
        write_call(call, seconds)
        sound = probe(call)
        sides = ("agent", "customer")
        for name, step in (
            ("figures", lambda: figures(call, sound, sides)),
            ("peaks", lambda: peaks(call, sound, 1_500)),
            ("derivative", lambda: write_playable(call, sound, folder / "copy.mp3")),
            ("redacted copy", lambda: write_silenced(call, sound, (), folder / "copy.flac")),
        ):
            print(f"{name}: {hours_a_minute(step, seconds):.1f} hours of stereo sound a minute", flush=True)
        write_call(longest, chosen.longest)
        of_longest = probe(longest)
        print(f"peaks of {hours:g} hours: {peak_mb(lambda: peaks(longest, of_longest, 1_500)):.0f} MB", flush=True)
        copy = partial(write_playable, longest, of_longest, folder / "long.mp3")
        print(f"derivative of {hours:g} hours: {peak_mb(copy):.0f} MB", flush=True)
        write_call(largest, int(gigabytes * (1 << 30) / (48_000 * 4)), 48_000)
        print(f"adding {gigabytes:g} GB: {peak_mb(lambda: add_one(folder / 'large', largest)):.0f} MB", flush=True)
        write_call(small, 5)
        print(f"adding {many} at once: {peak_mb(lambda: add_many(folder / 'many', small, many)):.0f} MB", flush=True)


def add_one(folder: Path, file: Path) -> None:
    """Add one recording."""
    folder.mkdir()
    add(folder, [file])


def add_many(folder: Path, small: Path, count: int) -> None:
    """Add a small recording to each of many conversations."""
    folder.mkdir()
    add(folder, [small] * count)


if __name__ == "__main__":
    main()
