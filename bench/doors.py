"""Files of other programs, read as streams: peak memory, processor time, and how long one takes to be recognised.

    python -m bench.doors [--megabytes N]

It writes a ZIP of WebVTT files and an NDJSON of chat messages, each of N megabytes, to a temporary folder, and reads
them by content, as ``auscult load`` does, without storing. Each is read in a process of its own. The figures: MB that the peak
of memory grew by, ms of processor for a conversation, and ms to recognise a golden file (the slowest one).
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from auscult.domain.conversation import Conversation
from auscult.formats import Head, Limits, claimed, recognised
from auscult.services.scoring.intake.read import read_file

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "files"
_TIMES = 50


def main() -> None:
    """Write the files, read each in a process of its own, and print a line of JSON for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--read", type=Path)
    given = parser.parse_args()
    if given.read:
        print(json.dumps(_read(given.read)))
        return
    with TemporaryDirectory() as folder:
        for file in (_archive(Path(folder), given.megabytes), _messages(Path(folder), given.megabytes)):
            subprocess.run([sys.executable, "-m", "bench.doors", "--read", str(file)], check=True)  # noqa: S603
    files = [GOLDEN / name for name in json.loads((GOLDEN / "right.json").read_bytes())]
    ms, name = max((_recognised_ms(file), file.name) for file in files if file.is_file())
    print(json.dumps({"slowest to recognise": name, "ms": round(ms, 3)}))


def _archive(folder: Path, megabytes: int) -> Path:
    """Write a ZIP of WebVTT files, stored without compression, so that its size is theirs."""
    cues = "".join(
        f"00:{at // 60:02}:{at % 60:02}.000 --> 00:{at // 60:02}:{at % 60:02}.900\n<v Speaker {at % 2 + 1}>{'word ' * 15}\n\n"
        for at in range(3_000)
    )
    with zipfile.ZipFile(folder / "calls.zip", "w") as archive:
        for number in range(max(1, (megabytes << 20) // len(cues))):
            archive.writestr(f"2026-10-14_{number:06}.vtt", f"WEBVTT\n\nNOTE call {number}\n\n{cues}")
    return folder / "calls.zip"


def _messages(folder: Path, megabytes: int) -> Path:
    """Write an NDJSON of conversations as messages of a chat completion."""
    said = [{"role": ("user", "assistant")[at % 2], "content": "word " * 40} for at in range(40)]
    with (folder / "messages.ndjson").open("w") as file:
        number = 0
        while file.tell() < megabytes << 20:
            file.write(json.dumps({"id": f"m-{number}", "messages": said}) + "\n")
            number += 1
    return folder / "messages.ndjson"


def _read(file: Path) -> dict[str, object]:
    warm = next(iter(GOLDEN.glob("10-*.json")))
    list(read_file(warm, "st-1", Limits()))  # what is loaded once
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    count = sum(isinstance(one, Conversation) for one in read_file(file, "st-1", Limits()))
    grew = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "file": file.name,
        "MB": file.stat().st_size >> 20,
        "conversations": count,
        "peak grew by MB": grew >> 10,
        "ms a conversation": round((time.process_time() - began) * 1000 / max(1, count), 2),
    }


def _recognised_ms(file: Path) -> float:
    data = file.read_bytes()[:65_536]
    began = time.process_time()
    for _ in range(_TIMES):
        claimed(data)
        recognised(Head(data, file.name))
    return (time.process_time() - began) * 1000 / _TIMES


if __name__ == "__main__":
    main()
