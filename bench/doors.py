"""Files of other programs, read and loaded as streams: memory, processor time, and how long one takes to be recognised.

    python -m bench.doors [--share 0.1] [--kinds zip ndjson xlsx] [--only-read]

At ``--share 1`` it writes a ZIP with 1 GB of WebVTT, 2 GB of chat messages as NDJSON, and a workbook of 300,000 rows, one
after the other, to a temporary folder. Each is read by its content to conversations, as ``auscult load`` does, which are
discarded; then ``auscult load --no-wait`` stores it in a new database. It prints a line of JSON for each: MB that the
process and all that it starts have at most, seconds of processor, and the number of conversations. At the end it
prints the ms of processor to recognise a golden file, on average and of the slowest one.
"""

import argparse
import json
import random
import statistics
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from auscult.domain.conversation import Conversation
from auscult.formats import Head, Limits, claimed, recognised
from auscult.services.scoring.intake.read import read_file
from bench.program import measure

GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "files"
_TENANT = ("--account", "acc-bench", "--org", "o-bench", "--app", "st-bench")
_TIMES = 50
_ZIP_BYTES, _NDJSON_BYTES, _ROWS = 1 << 30, 2 << 30, 300_000
_TURNS_OF_CALL, _TURNS_OF_CHAT = 120, 20
_BEGAN = datetime(2026, 10, 14, 8, tzinfo=UTC)
_AGENT = """\
Thank you for calling Harbour Bikes, my name is Ines, how can I help you today?
I am sorry to hear that, let me have a look at your order.
Could you tell me the number on the invoice, please?
I can see it here, it left our warehouse on Monday.
I have asked the courier to deliver it again tomorrow morning.
You will get a confirmation by e-mail in a few minutes.
Is there anything else that I can do for you?
""".splitlines()
_CUSTOMER = """\
Hello, I ordered a bicycle two weeks ago and it has not arrived yet.
Yes, one moment, it is four seven one one.
I was at home all day and no one rang the bell.
My old one broke and I need it to get to work.
Would the morning be possible, before nine?
No, that was all, thank you very much.
Can you send me the address of the depot as well?
""".splitlines()


def main() -> None:
    """Write the files, read and load each, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--kinds", nargs="+", choices=list(_WRITERS), default=list(_WRITERS))
    parser.add_argument("--only-read", action="store_true")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(sum(isinstance(one, Conversation) for one in read_file(given.read, "st-1", Limits())))
        return
    for kind in given.kinds:
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"file.{kind}"
            _WRITERS[kind](file, given.share, random.Random(59))  # noqa: S311  (no secret)
            read = measure(["--read", str(file)], Path(folder), command=(sys.executable, "-m", "bench.doors"))
            print(_line("read", file, read.memory_mb, read.processor_s, int(read.out)), flush=True)
            if not given.only_read:
                words = ["load", str(file), *_TENANT, "--no-wait", "--json"]
                loaded = measure(words, Path(folder), database_url="sqlite:///doors.db")
                count = json.loads(loaded.out)["accepted"]
                print(_line("loaded", file, loaded.memory_mb, loaded.processor_s, count), flush=True)
    files = [GOLDEN / name for name in json.loads((GOLDEN / "right.json").read_bytes())]
    took = {file.name: _recognised_ms(file) for file in files if file.is_file()}
    slowest = max(took, key=lambda name: took[name])
    means = {"ms on average": round(statistics.fmean(took.values()), 3), "ms at most": round(took[slowest], 3)}
    print(json.dumps({"recognised": len(took), **means, "slowest": slowest}))


def _line(done: str, file: Path, memory_mb: float, processor_s: float, count: int) -> str:
    size = file.stat().st_size
    found = {"MB": size >> 20, "conversations": count, "memory MB": round(memory_mb), "processor s": round(processor_s)}
    return json.dumps({done: file.name, **found, "ms a conversation": round(1000 * processor_s / max(1, count), 2)})


def _said(turns: int, drawn: random.Random) -> Iterator[str]:
    """Yield what the customer and the agent say, by turns; the agent begins."""
    for at in range(turns):
        yield drawn.choice(_CUSTOMER if at % 2 else _AGENT)


def _archive(file: Path, share: float, drawn: random.Random) -> None:
    """Write a ZIP of calls as WebVTT, of the share of 1 GB unpacked."""
    left = int(_ZIP_BYTES * share)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        number = 0
        while left > 0:
            cues = "".join(
                f"00:{at // 12:02}:{at % 12 * 5:02}.000 --> 00:{at // 12:02}:{at % 12 * 5 + 4:02}.200\n"
                f"<v Speaker {at % 2 + 1}>{said}</v>\n\n"
                for at, said in enumerate(_said(_TURNS_OF_CALL, drawn))
            )
            name = f"{_BEGAN + timedelta(minutes=number):%Y-%m-%d_%H%M}_{number:06}.vtt"
            archive.writestr(name, f"WEBVTT\n\n{cues}")
            number, left = number + 1, left - len(cues)


def _messages(file: Path, share: float, drawn: random.Random) -> None:
    """Write conversations as messages of a chat completion, one a line, of the share of 2 GB."""
    with file.open("w") as lines:
        number = 0
        while lines.tell() < _NDJSON_BYTES * share:
            said = [
                {"role": "user" if at % 2 else "assistant", "content": words}
                for at, words in enumerate(_said(_TURNS_OF_CHAT, drawn))
            ]
            lines.write(json.dumps({"id": f"m-{number}", "messages": said}) + "\n")
            number += 1


def _workbook(file: Path, share: float, drawn: random.Random) -> None:
    """Write a workbook of one row a turn, of the share of 300,000, with its texts shared as Excel shares them."""
    texts: dict[str, int] = {}

    def cell(text: str) -> str:
        return f'<c t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'

    main, package = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org"
    office = f"{package}/officeDocument/2006/relationships"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            names = ("Ticket", "Date", "Speaker", "Message", "Agent", "Queue", "Language")
            sheet.write(f"<row>{''.join(map(cell, names))}</row>".encode())
            for row in range(int(_ROWS * share)):
                ticket, at = divmod(row, _TURNS_OF_CHAT)
                who, words = ("Customer", _CUSTOMER) if at % 2 else ("Agent", _AGENT)
                said = f"{drawn.choice(words)} ({row})"
                when = f"{_BEGAN + timedelta(minutes=30 * ticket + at):%Y-%m-%d %H:%M:%S}"
                cells = (f"T-{ticket}", when, who, said, "Ines", "Orders", "en")
                sheet.write(f"<row>{''.join(map(cell, cells))}</row>".encode())
            sheet.write(b"</sheetData></worksheet>")
        shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        relation = f'<Relationship Id="rId1" Type="{office}/'
        parts = {
            "xl/sharedStrings.xml": f'<sst xmlns="{main}">{shared}</sst>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="Tickets" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/package/2006/relationships">'
            f'{relation}worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "_rels/.rels": f'<Relationships xmlns="{package}/package/2006/relationships">'
            f'{relation}officeDocument" Target="xl/workbook.xml"/></Relationships>',
        }
        for name, part in parts.items():
            archive.writestr(name, part)


_WRITERS: dict[str, Callable[[Path, float, random.Random], None]] = {
    "zip": _archive,
    "ndjson": _messages,
    "xlsx": _workbook,
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
