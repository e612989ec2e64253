"""Agreement on conversations that nothing was fitted to, each look written down.

    python -m bench.quality --unread [DATA]

DATA is a folder with a hand's labels in each ``*.ndjson``, ``bench/acts/hands`` by default; of each hand the fifth that
``split.is_kept`` chooses is judged with the starter forms. Figures go to ``looks.tsv`` with the commit that was measured.
After five looks at a hand its figures are called read: by then they have begun to influence choices.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from auscult.domain.audits.agreement import compare
from bench.quality.first_sight import Answers, Case, f1_of, gold, machine, pairs
from bench.quality.intelligence import f1_by_label, mean, read_conversation
from bench.quality.split import is_kept

HANDS = Path(__file__).parent.parent / "acts" / "hands"
LOOKS = Path(__file__).with_name("looks.tsv")
COLUMNS = (
    "date",
    "commit",
    "hand",
    "conversations",
    "macro kappa",
    "sentiment F1",
    "churn F1",
    "escalation F1",
    "look",
)
MOST_LOOKS = 5


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unread", type=Path, nargs="?", const=HANDS, metavar="DATA", required=True)
    folder: Path = parser.parse_args().unread
    commit, now = _commit(), datetime.now(UTC).date().isoformat()
    files = sorted(folder.rglob("*.ndjson"))
    before = [line.split("\t") for line in LOOKS.read_text(encoding="utf-8").splitlines()[1:]] if LOOKS.exists() else []
    rows: list[Sequence[str]] = []
    for file in files:
        cases = kept(file)
        answers = machine(case.conversation for case in cases)
        earlier = {row[1] for row in before if row[2] == file.stem} - {commit}
        look = f"{len(earlier) + 1}" if len(earlier) < MOST_LOOKS else "read"
        rows.append((now, commit, file.stem, str(len(cases)), *figures(cases, answers), look))
        sys.stdout.write("  ".join(rows[-1]) + "\n")
        sys.stdout.flush()
    kept_rows = [row for row in before if not (row[1] == commit and row[2] in {one[2] for one in rows})]
    lines = ["\t".join(row) for row in (COLUMNS, *kept_rows, *rows)]
    LOOKS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def kept(file: Path) -> list[Case]:
    """Return the fifth of a hand that is only measured."""
    lines = map(msgspec.json.decode, file.read_bytes().splitlines())
    cases = (Case(read_conversation(line["conversation"]), gold(line["gold"])) for line in lines)
    return [case for case in cases if is_kept(case.conversation.id)]


def figures(cases: Sequence[Case], answers: Mapping[str, Answers]) -> tuple[str, ...]:
    """Return macro kappa of the ten metrics, macro F1 of sentiment, F1 of churn and of escalation."""
    kappas = [
        kappa
        for question in cases[0].gold
        if question.startswith("em-") and (kappa := compare(pairs(cases, answers, question)).kappa) is not None
    ]
    sentiment = mean(f1_by_label(pairs(cases, answers, "customer_sentiment")).values())
    flags = [
        f1_of([(said == "True", found == "True") for said, found in pairs(cases, answers, flag)])
        for flag in ("churn_risk", "escalation")
    ]
    macro = f"{mean(kappas):.3f}" if kappas else "no form"
    return (macro, *(f"{figure:.3f}" for figure in (sentiment, *flags)))


def _commit() -> str:
    """Return the commit that is measured, with ``+`` where files differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603, S607

    return git("rev-parse", "--short=8", "HEAD") + ("+" if git("status", "--porcelain", "--", "src") else "")


if __name__ == "__main__":
    main()
