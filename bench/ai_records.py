"""Size that instructions, knowledge and tools of AI agents add to stored conversations.

    python -m bench.ai_records [--conversations 100000] [--database URL]

Three apps receive the same conversations, accepted and not scored, so that nothing else makes them larger: without
instructions, with those of one agent version (6,000 characters, three documents, eight tools), and with a prompt that
carries the customer's name, account and date besides. Redaction is left out, for it adds nothing to the size.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from auscult.domain.ai_agents.context import AiContext, Call, Knowledge, Tool
from auscult.domain.conversation import Agent, Conversation, Turn
from auscult.domain.tenancy import Tenant
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.core.database import Database
from auscult.storage.privacy.redaction import Incoming
from auscult.storage.store import AppStore

STARTED = datetime(2026, 11, 2, 8, tzinfo=UTC)
AT_ONCE = 500
SENTENCES = (
    "An order can be cancelled only while it is pending, and only for a reason that the policy names. ",
    "Before any change, list what will be changed and wait for an explicit yes. ",
    "Refunds go to the original payment method within 5 to 7 business days, or at once as a gift card. ",
    "Do not make up information, and hand over to a person where the request is outside of these rules. ",
)
SPOKEN = (
    "hello I ordered a pair of boots and they did not come yet can you look it up for me please am sorry "
    "to hear that could give the number order or e-mail with is from second month brown ones think ends "
    "four nine thank found was shipped on Monday should be by end this week refund card voucher address "
    "parcel driver left neighbour signed size wrong colour exchange return label print shop open until "
    "when how long does take money back account which why not"
)
WORDS = SPOKEN.split()


def policy(size: int, seed: int) -> str:
    """Return instructions of about this many characters."""
    chance, text, rule = random.Random(seed), "", 0  # noqa: S311  (variety, not secrecy)
    while len(text) < size:
        rule += 1
        text += f"## Rule {rule}\n{''.join(chance.sample(SENTENCES, 3))}\n"
    return text


HEAD, TAIL = policy(1_500, 1), policy(4_500, 2)
KNOWLEDGE = tuple(Knowledge(policy(2_000, n), f"Article {n}") for n in range(3, 6))
TOOLS = tuple(Tool(f"tool_{n}", changes=n > 3, description=policy(200, n)) for n in range(8))
SAME = AiContext(HEAD + TAIL, KNOWLEDGE, TOOLS)


def personal(chance: random.Random, at: datetime) -> AiContext:
    """Return the context of one customer."""
    name = f"{chance.choice(('Ann', 'Bo', 'Chidi', 'Dana', 'Eva'))} {chance.randrange(10**6):x}"
    line = f"You talk with {name}, account {chance.randrange(10**8):08}. Today is {at:%A, %d %B %Y}.\n"
    return replace(SAME, instructions=HEAD + line + TAIL)


def said(chance: random.Random) -> str:
    """Return the words of a turn."""
    return " ".join(chance.choices(WORDS, k=chance.randrange(4, 30)))


def conversations(kind: str, number: int) -> Iterator[Conversation]:
    """Yield conversations of 4 to 31 turns with calls, alike in all apps but for the context."""
    chance = random.Random(7)  # noqa: S311
    for n in range(number):
        at = STARTED + timedelta(seconds=20 * n)
        turns = tuple(
            Turn(f"m{k}", "bot" if k % 2 else "customer", said(chance), "ai-nia" if k % 2 else None, k * 9_000)
            for k in range(chance.randrange(4, 32))
        )
        order = {"order_id": f"W{chance.randrange(10**7)}"}
        calls = tuple(
            Call(f"c{k}", f"tool_{k % 8}", "ai-nia", f"m{k}", arguments=order, result={"ok": True})
            for k in range(1, len(turns), 6)
        )
        own = personal(random.Random(n), at)  # noqa: S311
        ai = {"none": None, "same": SAME, "personal": own}[kind]
        agents = (Agent("ai-nia", "Nia", kind="ai", version="12"),)
        yield Conversation(id=f"c-{n}", channel="chat", started_at=at, turns=turns, calls=calls, agents=agents, ai=ai)


def load(app: AppStore, given: Iterator[Conversation]) -> float:
    """Accept conversations in groups; return the seconds that it took."""
    began = time.perf_counter()
    group: list[Conversation] = []
    for each in given:
        group.append(each)
        if len(group) == AT_ONCE:
            app.conversations.accept(group)
            group = []
    app.conversations.accept(group)
    return time.perf_counter() - began


def size_of(url: str) -> int:
    """Return the bytes of a database."""
    query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if url.startswith("postgresql"):
        query = """SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'
            AND relnamespace = current_schema()::regnamespace"""
    with closing(Database(url)) as database, database.reading() as connection:
        return int(connection.scalar(sa.text(query)) or 0)


_SHARE = """SELECT avg(length(body)), coalesce(avg(length(ai)), 0) FROM conversations
JOIN apps ON apps.app = conversations.app WHERE app_id = :app"""


def unredacted(given: Sequence[Conversation]) -> Incoming:
    """Return conversations as they are."""
    return Incoming(given, {}, {})


def main() -> None:
    """Print what each app's conversations take, and what the contexts add."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--database", help="an empty database; a file of its own without it")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'auscult.db'}"
        migrate(url)
        with closing(open_store(url, new_secret_key())) as store:
            before, plain = size_of(url), 0
            for kind in ("none", "same", "personal"):
                tenant = Tenant(account_id="a-1", org_id="o-1", app_id=f"st-{kind}")
                store.ensure(tenant)
                app = store.within(tenant)
                privacy: Any = app.conversations._privacy  # noqa: SLF001  (what is measured is the size)
                privacy.admitted = unredacted
                seconds = load(app, conversations(kind, asked.conversations))
                after = size_of(url)
                grown, before = after - before, after
                plain = plain or grown
                with store._database.reading() as connection:  # noqa: SLF001
                    texts = connection.scalar(sa.text("SELECT count(*) FROM ai_texts"))
                    share = connection.execute(sa.text(_SHARE), {"app": tenant.app_id}).one()
                print(
                    f"{kind:9} {grown / asked.conversations:8.1f} bytes each, {100 * grown / plain - 100:+.2f} %; "
                    f"bodies {share[0]:.0f} bytes, references {share[1]:.1f} ({100 * share[1] / share[0]:.2f} %); "
                    f"{texts} texts; {seconds:.0f} s"
                )


if __name__ == "__main__":
    main()
