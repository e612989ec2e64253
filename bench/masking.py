"""QA-14x8: conversations a second when they are scored first, and when a stricter policy masks what is stored.

    python -m bench.masking [--count 5000] [--database URL] [--plain]

Both are timed as in ``bench.rescore``. Every conversation has a card, a telephone number, an e-mail address and a name
that were stored while nothing was masked, so that each has a new revision; with ``--plain`` none has.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation
from auscult.services.history import redactions
from auscult.services.privacy.settings import change_settings
from bench.qa14x8 import FORM, conversations
from bench.rescore import GROUP, TENANT, Timed, timed, told

SAID = (
    "my name is lovelace, ada lovelace",
    "the card is 4539 1488 0343 6467",
    "call me at 020 7946 0958",
    "or write to ada@example.com",
)


def planted(count: int, *, is_plain: bool) -> Iterator[Conversation]:
    """Yield conversations whose customer says who they are."""
    for each in conversations(count):
        turns = list(each.turns)
        for at, said in zip(range(3, 11, 2), () if is_plain else SAID, strict=False):
            turns[at] = replace(turns[at], text=f"{turns[at].text} {said}")
        yield replace(each, turns=tuple(turns))


def main(arguments: Sequence[str] | None = None) -> None:
    """Store, score, mask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--database", default="", help="a new PostgreSQL database")
    parser.add_argument("--plain", action="store_true")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder) / 'bench.db'}"
        settings = read_settings({}, database_url=url, state_dir=folder)
        with bootstrap.open(settings) as application:
            store = application.store
            store.ensure(TENANT)
            app = store.within(TENANT)
            app.forms.publish("ef-qa14x8", FORM.read_bytes())
            stored = planted(chosen.count, is_plain=chosen.plain)
            while group := list(islice(stored, GROUP)):
                app.conversations.accept(group)
            loaded = timed(settings, lambda: None, lambda: not store.batches.waiting(1))
            change_settings(app, "bench", {"redaction": "mask"})

            def is_done() -> bool:
                return redactions.listing(app, 1)[0].state != "running"

            masked: Timed = timed(settings, lambda: redactions.begin(app, "bench"), is_done)
            done = redactions.listing(app, 1)[0]
            assert done.state == "done", done
            assert application.verify() == []
        print(
            f"scored  {told(chosen.count, loaded)}\n"
            f"masked  {told(chosen.count, masked)}, {done.changed:,} of {done.total:,} changed, {sum(done.placeholders.values()):,} placeholders",
            flush=True,
        )


if __name__ == "__main__":
    main()
