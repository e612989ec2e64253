"""What the pages speak of: a folder with the files that they name, and a database with an app that has all this in it."""

import json
import os
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tests.data_files import data_of
from tests.how_to.shell import Shell
from tests.integration.program import POLITE, conversation, write

ROOT = Path(__file__).parents[2]
RUDE = (("agent", "What do you want?"), *POLITE[1:])
FORM = data_of(__file__, "form")
FILES = {
    "billing.yaml": FORM.format(id="ef-billing", name="Billing", queue="Billing", phrase="thank you for calling"),
    "bank.yaml": FORM.format(id="ef-bank", name="Bank", queue="Bank", phrase="good day"),
    "bank-2.yaml": FORM.format(id="ef-bank", name="Bank", queue="Bank", phrase="good afternoon"),
    "calls.csv": "conversation_id,file\nc-0bba1c4,call.wav\n",
    "plans.csv": "plan,fee\ngold,25.00\nsilver,10.00\n",
    "ours.yaml": FORM.format(id="ef-ours", name="Ours", queue="Ours", phrase="hello"),
    "scorecard.csv": "Question,Points,Answers\nDoes the agent verify the identity?,60,Yes/No\nHow is the tone?,40,0-5\n",
    "agents.csv": "agent_id,name,emails,hired_on\na-4,Ana,ana@example.com,2025-01-01\n",
    "teams.csv": "team_id,name,lead,agent_id,since,until\nt-1,First,,a-4,2026-01-01,\n",
    "days.yaml": "week: [mon, tue, wed, thu, fri]\n",
    "queues.csv": "queue_id,name,agent_id,since,until\nq-9,Retention,a-4,2026-01-01,\nq-retail,Retail,,,\nRB,RB,,,\n",
    "faq.md": "# Returns\n\n## How long may I return an item?\n\nYou may return an item within 90 days.\n",
    "password.txt": "a long sentence for a password 7\n",
}


def make(folder: Path) -> None:
    """Write the files, and fill the database by the program's own commands."""
    (folder / "examples").symlink_to(ROOT / "examples")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    calls = [
        conversation(
            name,
            RUDE if index % 3 == 0 else POLITE,
            language="en",
            queues=[{"id": "q-2", "name": "Billing"}],
            agents=[{"id": "a-4", "name": "Ana"}],
            customer={"id": "u-4711"},
        )
        for index, name in enumerate(("c-1", "c-17", "c-0bba1c4", "c-8d43539"))
    ]
    write(folder / "calls.ndjson", *calls)
    greeted = (("agent", "Hello and thanks for your call today"), *POLITE[1:])
    billing = {"language": "en", "queues": [{"id": "q-2", "name": "Billing"}]}
    tuned = [conversation(f"t-{index}", (RUDE if index % 3 == 0 else greeted)[:-1], **billing) for index in range(36)]
    label(folder, "tuned", tuned)
    sound(folder / "call.wav")
    (folder / "sound").mkdir()
    sound(folder / "sound" / "c-17.wav")
    (folder / "inbox").mkdir()
    document = f"name: genesys-eu\nplace: folder:{folder / 'inbox'}\nformat: native\nevery: 15m\n"
    (folder / "genesys-eu.yaml").write_text(document, encoding="utf-8")
    write(folder / "inbox" / "day.ndjson", conversation("c-90"))
    os.utime(folder / "inbox" / "day.ndjson", (1_767_225_600, 1_767_225_600))  # a young file is postponed
    (folder / "form.yaml").write_text(FILES["billing.yaml"], encoding="utf-8")
    (folder / "shards").mkdir()
    (folder / "shards" / "one.ndjson").write_text(
        (folder / "calls.ndjson").read_text(encoding="utf-8"), encoding="utf-8"
    )
    parquet.write_table(pa.table({"document": [json.dumps(conversation("c-91"))]}), folder / "shards" / "two.parquet")


def label(folder: Path, name: str, calls: Sequence[Mapping[str, Any]]) -> None:
    """Write conversations, and what a person says of their greeting: every third has none."""
    write(folder / f"{name}.ndjson", *calls)
    says = ["YES" if index % 3 else "NO" for index in range(len(calls))]
    labels = [
        {"id": call["id"], "metrics": {"em-greeting": [each, "m0"]}} for call, each in zip(calls, says, strict=True)
    ]
    write(folder / "labels.ndjson", *labels)


def fill(shell: Shell) -> None:
    """Fill the database."""
    shell.run(
        """
auscult forms apply billing.yaml --account a-1 --org o-1 --app st-1
auscult forms apply bank.yaml --app st-1
auscult load calls.ndjson --app st-1
"""
    )


def sound(path: Path) -> None:
    """Write a minute and a second of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\0\0" * 8_000 * 61)
