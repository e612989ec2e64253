"""What a page leaves open, and which of its blocks do not run here, with the reason."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))

SWAPS = {
    "postgresql://auscult@db/auscult": "sqlite:///auscult.db",
    "postgresql://auscult@new/auscult": "sqlite:///new.db",
    "postgresql://…": "sqlite:///auscult.db",
    "/backups/": "backups/",
    "/run/secrets/passphrase": "password.txt",
    "scorecard.xlsx": "scorecard.csv",
    "--app st-demo": "--app st-1",
    "sqlite:///.auscult/demo/auscult.db": "sqlite:///auscult.db",
    "--account acc-1": "--account a-1",
    "--account A --org O": "--account a-1 --org o-1",
    "sudo -u jane": "LOGNAME=jane",
    " --secret access_key_id=env:KEY_ID --secret secret_access_key=env:KEY": "",
    "--labels labels.ndjson calls.ndjson": "--labels labels.ndjson tuned.ndjson",
    "?cursor=$CURSOR": "",
    "services/…": "services/T0/B0/x",
    "--speed 5": "--speed 0",
}
"""Places and names of the reader's own, and what they are here."""

SAID = {
    "ca-77e1": r"\bca-[\w-]+",
    "sc-1b2c": r"\bsc-[\w-]+",
    "b-7d0c9f0e-3f0a-4a52-9d36-0d6f6f7a1c55": r"\bb-[\w-]{20,}",
}
"""Ids that a page shows, and how they are found in what the commands before said."""


class Outside(NamedTuple):
    """A block that cannot run here: a word of it that shows why, and the reason."""

    word: str
    reason: str


CLOUD = "needs an account with a provider, and its credentials"
INSTALLS = "installs a package from an index; the tests install nothing"
SERVES = "serves until it is stopped"
HOST = "needs a host with systemd"
CLUSTER = "needs a cluster of machines"
OUTSIDE: dict[tuple[str, int], Outside] = {
    ("ask-an-agent", 1): Outside("word_agent.py 8600", f"{SERVES}; tests/integration/test_outside.py runs it"),
    ("assist-agents-live", 8): Outside("curl -N", "listens until it is stopped; tests/e2e/test_live.py listens"),
    ("assist-agents-live", 9): Outside(
        "aa-1ffcb217-…", "its id comes from the stream; tests/e2e/test_live.py sends these"
    ),
    ("deploy", 1): Outside("docker", "needs a daemon that builds and runs images"),
    ("deploy", 2): Outside("systemctl", HOST),
    ("deploy", 3): Outside("kubectl", CLUSTER),
    ("embed-with-a-model", 1): Outside("pip install", INSTALLS),
    ("embed-with-a-model", 2): Outside(
        "AUSCULT_EMBEDDINGS=semantic", "needs the model of 130 MB; tests/semantic has it"
    ),
    ("judge-with-a-model", 1): Outside("pip install", INSTALLS),
    ("move-off-the-vendor", 1): Outside("platform.kore.ai", f"{CLOUD}; tests/e2e/test_moving.py has a server like it"),
    ("recordings", 1): Outside("pip install", INSTALLS),
    ("recordings", 4): Outside(
        "$LOCATION", "goes on with an upload cut off in the middle, as tests/e2e/test_recording_uploads.py"
    ),
    ("recordings", 9): Outside("pip install", INSTALLS),
    ("redact", 1): Outside("pip install", INSTALLS),
    ("review-and-dispute", 2): Outside("...", "abridged; tests/e2e/test_api_disputes.py sends both requests"),
    ("rotate-keys", 1): Outside("systemctl", HOST),
    ("run-several-processes", 1): Outside("serve", f"{SERVES}; tests/e2e/test_processes.py runs several"),
    ("score-on-many-machines", 3): Outside("SLURM_ARRAY_TASK_ID", CLUSTER),
    ("score-on-many-machines", 4): Outside(
        "tcp://scheduler", f"{CLUSTER}; tests/integration/test_cli_dask.py has one of processes"
    ),
    ("use-the-console", 1): Outside("auscult demo", f"{SERVES}; tests/integration/test_cli_demo.py runs it"),
    ("use-the-python-client", 1): Outside("pip install", INSTALLS),
    ("write-a-plug-in", 1): Outside("pip install", INSTALLS),
    ("write-a-plug-in", 2): Outside("AUSCULT_ENGINES=trigrams", "needs the plug-in of the page, installed"),
}
"""By page and number of the block. An entry whose word is gone from its block fails the test."""


def swapped(block: str, said: str, given: Mapping[str, str]) -> str:
    """Return a block with the reader's own names, what else is ``given``, and the ids of this run."""
    for shown, here in {**SWAPS, **given}.items():
        if shown == "TOKEN":
            continue
        block = block.replace(shown, here)
    for shown, pattern in SAID.items():
        found = re.findall(pattern, said)
        if shown in block and found:
            block = block.replace(shown, found[-1])
    return block


PREPARED = {
    "calibrate": """
auscult users add ann@example.com --name Ann --role auditor --password-stdin --app st-1 < password.txt
auscult users add bob@example.com --name Bob --role auditor --password-stdin --app st-1 < password.txt
""",
    "schedule-reports": "auscult users add mia@example.com --name Mia --role qa-manager --password-stdin --app st-1 < password.txt",
    "import-a-scorecard": "auscult forms apply examples/forms/collections.yaml --app st-1",
    "look-after-jobs": "auscult load inbox/day.ndjson --app st-1 --no-wait",
}
"""What the reader of a page has done before, and the page does not say."""
