"""The conversations of the examples with people in them: agents who have names, and one id for each name."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Conversation

if TYPE_CHECKING:
    from auscult.storage.store import AppStore

_WEEK = timedelta(weeks=1)
NAMES = {"a-33c2ce383166": "Noor Haddad", "a-00b31a2d2af9": "Grace Lindholm", "a-6be6fc0344dd": "Owen Pratt"}
"""Names for the agents of the examples who have none."""


def examples() -> Path:
    """Return the folder of examples: of the installed package, or of the clone that it is run from."""
    package = Path(str(resources.files("auscult")))
    installed = package / "examples"
    return installed if installed.is_dir() else package.parents[1] / "examples"


def conversations_of(files: Sequence[Path], app_id: str) -> list[Conversation]:
    """Read the conversations of files, with people in them."""
    from auscult.formats import Limits
    from auscult.services.scoring.intake.read import read_file

    found = (each for file in files for each in read_file(file, app_id, Limits()))
    return [with_people(each) for each in found if isinstance(each, Conversation)]


def lately(conversations: Iterable[Conversation], app: "AppStore", until: datetime) -> Iterator[Conversation]:
    """Yield conversations shifted by whole weeks into the last week before an instant, as the others of a demo are.

    Those that were loaded before keep their start.
    """
    for each in conversations:
        known = app.conversations.get(each.id)
        start = known.conversation.started_at if known else each.started_at + (until - each.started_at) // _WEEK * _WEEK
        yield _shifted(each, start - each.started_at)


def _shifted(conversation: Conversation, by: timedelta) -> Conversation:
    """Return a conversation with all its instants later by a time."""

    def later(value: object) -> object:
        match value:
            case datetime():
                return value + by
            case dict():
                return {name: later(each) for name, each in cast("dict[str, object]", value).items()}
            case list() | tuple():
                return [later(each) for each in cast("Sequence[object]", value)]
            case _:
                return value

    plain = msgspec.to_builtins(conversation, builtin_types=(datetime,))
    return msgspec.convert(later(plain), Conversation)


@contextmanager
def written(conversations: Iterable[Conversation]) -> Generator[Path]:
    """Write conversations to a file that is there as long as this is open."""
    from auscult.formats.native import write

    with TemporaryDirectory() as folder:
        file = Path(folder) / "conversations.ndjson"
        file.write_bytes(b"".join(write(each) + b"\n" for each in conversations))
        yield file


def with_people(conversation: Conversation) -> Conversation:
    """Return a conversation whose agents have names, and one id for each first name.

    In the calls of the examples one voice has several names. Here it is the name that is a person, as in the words.
    """
    people = {each.id: _named(each) for each in conversation.agents}
    turns = tuple(
        replace(turn, agent_id=people[turn.agent_id].id) if turn.agent_id in people else turn
        for turn in conversation.turns
    )
    return replace(conversation, agents=tuple(people.values()), turns=turns)


def _named(agent: Agent) -> Agent:
    name = agent.name
    if name and name.isascii() and name.isalpha():
        return replace(agent, id=f"a-{name.lower()}")
    return replace(agent, name=name or NAMES.get(agent.id))
