"""Background work on a recording: its tasks, and their states."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct

TaskKind = Literal["fetch", "figures", "playable", "redacted"]
"""``fetch``: its bytes; ``playable``: a copy for browsers; ``redacted``: a copy that is silent where words are redacted."""

TaskState = Literal["waiting", "running", "done", "failed"]

KINDS: Mapping[str, TaskKind] = MappingProxyType({kind: kind for kind in get_args(TaskKind)})
STATES: Mapping[str, TaskState] = MappingProxyType({state: state for state in get_args(TaskState)})


class Task(Struct, frozen=True, kw_only=True):
    """A task of a recording: its state, the reason for a failure or another try, and its result as JSON."""

    state: TaskState
    reason: str | None = None
    result: bytes | None = None
