"""What a page leaves open, and which of its blocks do not run here, with the reason."""

import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.data_files import data_of

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs" / "how-to").glob("*.md")), ROOT / "README.md"]

SWAPS = data_of(__file__, "swaps")
"""Paths and names of the reader's own, and what they are here."""

SAID = data_of(__file__, "said")
"""Ids that a page shows, and how they are found in what the commands before said."""


class Outside(NamedTuple):
    """A block that cannot run here: a word of it that shows why, the reason, and the target that runs it, if one does."""

    word: str
    reason: str
    run_by: str = ""


OUTSIDE: dict[tuple[str, int], Outside] = {
    ("add-a-language", 1): Outside(
        "bench.acts.train", "writes into a clone for a minute; tests/integration/test_fit.py fits a part again"
    ),
    ("assist-agents-live", 12): Outside("text-embeddings-router", "programs of others, with models of 0.3 to 2 GB"),
    ("assist-agents-live", 14): Outside(
        "knowledge tune", "needs 40 answers of agents; tests/integration/assist/test_teaching.py has them"
    ),
    ("deploy", 1): Outside(
        "docker",
        "needs a daemon that builds and runs images; tests/integration/installing/test_image.py runs the Dockerfile's steps",
    ),
    ("embed-with-a-model", 2): Outside(
        "meaning install", "fetches 84 MB; tests/unit/engines/test_meaning.py has a small encoder of the same format"
    ),
    ("embed-with-a-model", 4): Outside(
        "[semantic]", "needs torch, transformers and a model, together 1 GB", "make test-semantic"
    ),
    ("embed-with-a-model", 5): Outside(
        "AUSCULT_EMBEDDINGS=semantic", "the model of block 4 computes it", "make test-semantic"
    ),
    ("plan-audits", 1): Outside("assignments next", "needs drawn items; tests/integration/audits/test_cli_plans.py"),
    ("upgrade", 1): Outside(
        "--back", "there is no migration after the baseline to undo; tests/integration/storage has one of its own"
    ),
}
"""By page and number of the block. An entry whose word is gone from its block fails the test."""


class Running(NamedTuple):
    """A block that runs until it is stopped."""

    ready: str
    """A pattern of its output. The first group is the address, for ``then``."""
    stopped_by: signal.Signals | None = signal.SIGINT
    """By Ctrl-C, as at a terminal; by SIGTERM, as by a service manager; or None if it ends by itself."""
    status: int = 0
    then: str = ""
    """Commands for what the page describes in words."""


RUNNING = {
    ("README", 1): Running(
        r"Open the console.*: (http://\S+)", then='curl -sL -c cookies -b cookies "$ADDRESS" | grep Overview'
    ),
    ("ask-an-agent", 1): Running(r"listening on (http://\S+)"),
    ("assist-agents-live", 8): Running(r"event: suggestion\ndata: .*\n", stopped_by=None),
    ("run-several-processes", 1): Running(
        r"auscult serves (http://\S+)", signal.SIGTERM, then='curl -s "$ADDRESS/readyz"'
    ),
    ("use-the-console", 1): Running(
        r"Open the console.*: (http://\S+)", then='curl -sL -c cookies -b cookies "$ADDRESS" | grep Overview'
    ),
}
"""By page and number of the block."""

REPEATED = {
    ("score-on-many-machines", 3): ({"SLURM_ARRAY_TASK_ID": "0"}, {"SLURM_ARRAY_TASK_ID": "1"}),
    ("score-on-many-machines", 4): ({"JOB_COMPLETION_INDEX": "0"}, {"JOB_COMPLETION_INDEX": "1"}),
}
"""Blocks that a scheduler runs several times, and the variables that it sets each time."""


def swapped(block: str, said: str, given: Mapping[str, str]) -> str:
    """Return a block with the reader's own names, what else is ``given``, and the ids of this run."""
    for shown, here in {**given, **SWAPS}.items():
        block = block.replace(shown, here)
    for shown, pattern in SAID.items():
        found = re.findall(pattern, said)
        if shown in block and found:
            block = block.replace(shown, found[-1])
    return block


_ADDS = "auscult users add {0}@example.com --name {0} --role {1} --password-stdin --app st-1 < password.txt\n"
PREPARED = {
    "calibrate": _ADDS.format("ann", "auditor") + _ADDS.format("bob", "auditor"),
    "plan-around-absences": f"""
{_ADDS.format("ann", "auditor")}{_ADDS.format("bob", "auditor")}
auscult assignments assign c-1 --to ann@example.com --app st-1
auscult absences add --app st-1 --person ann@example.com --since 2026-01-01 --until 2027-03-31
auscult assignments offered --app st-1 --as bob@example.com
""",
    "put-conversations-right": "auscult queues import queues.csv --app st-1",
    "read-notices": _ADDS.format("ann", "auditor"),
    "schedule-reports": _ADDS.format("mia", "qa-manager"),
    "import-a-scorecard": "auscult forms apply examples/forms/collections.yaml --app st-1",
    "look-after-jobs": "auscult load inbox/day.ndjson --app st-1 --no-wait",
    "review-and-dispute": f"""
{_ADDS.format("ann", "auditor")}{_ADDS.format("eva", "qa-manager")}{_ADDS.format("lee", "agent --agent a-4")}
export LEES_PASSWORD="a long sentence for a password 7" EVAS_PASSWORD="a long sentence for a password 7"
echo "release: second_look" | auscult disputes policy - --app st-1
auscult audits assign c-1 --auditor ann@example.com --app st-1
auscult audits submit c-1 em-greeting=NO em-tone=YES em-signoff=YES --app st-1
""",
    "move-off-the-vendor": "export AUSCULT_DATABASE_URL=sqlite:///moved.db",
    "README": """
auscult scorecards apply examples/scorecards/service.yaml --app st-1
auscult audits assign c-1 --auditor ann@example.com --app st-1
""",
}
"""What the reader of a page has done before, and the page does not say."""
