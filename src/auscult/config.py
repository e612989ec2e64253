"""Settings: what a user may choose, with its default. The only reader of the environment (prefix ``AUSCULT_``).

Every setting is one field here and one line in docs/reference/settings.md; a test holds the two together.
"""

import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from auscult.domain.errors import SettingsError
from auscult.domain.judging import BILLION, Allowance, Prices
from auscult.domain.spelling import nearest

PREFIX = "AUSCULT_"
CLIENT_SECRET = PREFIX + "CLIENT_SECRET"
"""No setting: commands that talk to a server take their client's secret from it."""

_AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"
_SECRETS = frozenset({"secret_key", "judge_api_key"})
"""Settings whose value no message repeats."""

_PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting. Field ``batch_size`` is variable ``AUSCULT_BATCH_SIZE``; the note says what a right value is."""

    database_url: Annotated[
        str,
        Meta(
            pattern="^(sqlite:///|postgresql://)", description="sqlite:///file.db or postgresql://user@host:port/name"
        ),
    ] = "sqlite:///auscult.db"
    secret_key: Annotated[
        Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}=$")] | None,
        Meta(description="32 random bytes as URL-safe base64 (44 characters)"),
    ] = None
    state_dir: Annotated[str, Meta(description="a folder for key files of PostgreSQL databases")] = ""
    host: Annotated[str, Meta(min_length=1, description="an address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="a port from 0 (any free one) to 65535")] = 8484
    workers: Annotated[int, Meta(ge=0, le=64, description="worker processes beside the server, from 0 to 64")] = 1
    processes: Annotated[
        int, Meta(ge=1, le=64, description="processes that serve on the port together, from 1 to 64")
    ] = 1
    batch_size: Annotated[int, Meta(ge=1, le=5000, description="conversations in one batch, from 1 to 5000")] = 250
    backlog: Annotated[
        int,
        Meta(ge=0, description="conversations that may wait to be scored before more are refused; 0 for any number"),
    ] = 500_000
    poll_ms: Annotated[
        int, Meta(ge=20, le=60_000, description="ms between two looks at the work list, from 20 to 60000")
    ] = 100
    rate_limit: Annotated[
        int, Meta(ge=0, description="requests a minute that one account may make; 0 for no limit")
    ] = 6000
    page_maximum: Annotated[
        int, Meta(ge=100, le=10_000, description="largest page of the Quality reports, from 100 to 10000")
    ] = 100
    request_bytes: Annotated[int, Meta(ge=1024, description="largest request body in bytes, 1024 or more")] = 256 << 20
    turn_bytes: Annotated[int, Meta(ge=1, description="largest text of one turn in bytes, 1 or more")] = 64 << 10
    turns: Annotated[int, Meta(ge=1, description="most turns of one conversation, 1 or more")] = 20_000
    document_bytes: Annotated[int, Meta(ge=1, description="largest document in bytes, 1 or more")] = 32 << 20
    server_connections: Annotated[
        int,
        Meta(ge=4, le=1000, description="connections of one serving process to PostgreSQL, but for pages; 4 or more"),
    ] = 16
    page_connections: Annotated[
        int, Meta(ge=1, le=1000, description="connections of one serving process over which it reads pages, 1 or more")
    ] = 8
    worker_connections: Annotated[
        int, Meta(ge=4, le=1000, description="connections of one worker to PostgreSQL, DBOS's with them; 4 or more")
    ] = 8
    redis_url: Annotated[
        Annotated[str, Meta(pattern="^rediss?://")] | None,
        Meta(description="redis://host:port/number, to count rate limits there and not in the database"),
    ] = None
    token_audience: Annotated[str | None, Meta(description="the audience that a token with an aud claim must name")] = (
        None
    )
    judge_url: Annotated[
        Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None,
        Meta(description="an OpenAI-compatible server, its address up to /v1: http://127.0.0.1:8000/v1"),
    ] = None
    judge_model: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        Meta(description="the model, as that server calls it"),
    ] = None
    judge_api_key: Annotated[str | None, Meta(description="the key that the judge's server asks for")] = None
    judge_context: Annotated[
        int, Meta(ge=1024, description="tokens that the model can hold, in and out together, 1024 or more")
    ] = 32_768
    judge_concurrency: Annotated[
        int, Meta(ge=1, le=256, description="conversations that one worker has judged at a time, from 1 to 256")
    ] = 4
    judge_concurrency_total: Annotated[
        int,
        Meta(
            ge=0, le=10_000, description="questions that all workers and servers may ask it at a time; 0 for no limit"
        ),
    ] = 0
    judge_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="seconds to wait for one reply of the judge, from 1 to 3600")
    ] = 120
    judge_retries: Annotated[
        int, Meta(ge=0, le=10, description="times that a request is tried again at once when it fails, from 0 to 10")
    ] = 2
    judge_summaries: Annotated[
        Literal["along", "all", "none"],
        Meta(
            description="along: a summary is asked for in calls that are made anyway; all: for every conversation; or none"
        ),
    ] = "along"
    judge_answers_s: Annotated[
        int,
        Meta(
            ge=0,
            le=60,
            description="seconds to wait for an answer that the judge writes for an agent; 0 to have passages quoted",
        ),
    ] = 8
    judge_tokens_per_day: Annotated[
        int, Meta(ge=0, description="tokens, in and out, that all workers may use in a day (UTC); 0 for no limit")
    ] = 0
    judge_cost_per_day: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="what all workers may spend in a day (UTC), in the currency of the prices, as 12.50"),
    ] = None
    judge_price_in: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="what a million tokens that the judge reads cost, as 0.15"),
    ] = None
    judge_price_cached: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="the same for tokens that its server has in its cache; without it they cost the same"),
    ] = None
    judge_price_out: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="what a million tokens that the judge writes cost, as 0.60"),
    ] = None
    hosts_file: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a file that says which hosts forms may have asked (docs/reference/hosts.md)"),
    ] = None
    hosts_concurrency: Annotated[
        int, Meta(ge=1, le=256, description="requests to them that one worker has under way at a time, from 1 to 256")
    ] = 8
    tables_dir: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a folder of tables for scoring without a database: plans.csv is the table plans"),
    ] = None
    embeddings: Annotated[
        Literal["wordllama", "semantic"],
        Meta(
            description="wordllama, or semantic for a sentence-transformers model (docs/how-to/embed-with-a-model.md)"
        ),
    ] = "wordllama"
    embeddings_model: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a folder with such a model, or an installed package that carries one"),
    ] = None
    engines: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="engines of plug-ins to use, by name, with commas between them (docs/how-to/write-a-plug-in.md)"
        ),
    ] = None
    analyzers: Annotated[
        str,
        Meta(
            min_length=1, description="what is found out beside the score: all, none, or names of analyzers with commas"
        ),
    ] = "all"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="debug, info, warning or error")
    ] = "warning"

    @property
    def judge_prices(self) -> Prices | None:
        """What the judge's tokens cost, where that is said."""
        if self.judge_price_in is None or self.judge_price_out is None:
            return None
        return Prices(
            tokens_in=Decimal(self.judge_price_in),
            tokens_cached=Decimal(self.judge_price_cached or self.judge_price_in),
            tokens_out=Decimal(self.judge_price_out),
        )

    @property
    def judge_allowance(self) -> Allowance:
        """What may be used in a day."""
        cost = self.judge_cost_per_day
        return Allowance(
            tokens=self.judge_tokens_per_day or None, cost=None if cost is None else int(Decimal(cost) * BILLION)
        )


def read_settings(environ: Mapping[str, str] | None = None, **chosen: object) -> Settings:
    """Read the settings from the environment; what is ``chosen`` (by a command's options, not None) goes before.

    Raises ``SettingsError`` that names variable, value, and what would be right.
    """
    environ = os.environ if environ is None else environ
    state_home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", ".")) / ".local" / "state")
    values: dict[str, Any] = {"state_dir": str(Path(state_home) / "auscult")}
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        if chosen.get(name) is not None:
            values[name] = _converted(name, chosen[name], hint, name)
        elif text := environ.get(PREFIX + name.upper(), ""):
            values[name] = _converted(PREFIX + name.upper(), text, hint, name)
    settings = Settings(**values)
    _check_judge(settings)
    return settings


def unknown_settings(environ: Mapping[str, str] | None = None) -> list[str]:
    """What to tell of each variable with our prefix that nothing reads: most often a slip of the pen."""
    environ = os.environ if environ is None else environ
    known = [PREFIX + name.upper() for name in Settings.__struct_fields__] + [CLIENT_SECRET]
    unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in known)
    return [f"{name} is no setting; {_meant(name, known)}" for name in unknown]


def _meant(name: str, known: list[str]) -> str:
    """What was meant. The prefix is left aside: all would be alike by it."""
    near = nearest(name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known])
    return f"did you mean {PREFIX}{near}?" if near else "docs/reference/settings.md lists all"


def describe(name: str) -> str:
    """What a right value of this setting is, in words."""
    hint = get_type_hints(Settings, include_extras=True)[name]
    return next(str(note.description) for note in get_args(hint)[1:] if isinstance(note, Meta))


def _check_judge(settings: Settings) -> None:
    """Refuse settings of a judge that say half of what is needed."""
    needed = {
        "judge_model": ("judge_url",),
        "judge_url": ("judge_model",),
        "judge_price_in": ("judge_cost_per_day", "judge_price_cached", "judge_price_out"),
        "judge_price_out": ("judge_cost_per_day", "judge_price_cached", "judge_price_in"),
    }
    for name, others in needed.items():
        given = next((other for other in others if getattr(settings, other) is not None), None)
        if given is not None and getattr(settings, name) is None:
            raise SettingsError(
                f"{PREFIX}{given.upper()} needs {PREFIX}{name.upper()} beside it: give {describe(name)}.",
                code="judge.incomplete",
                field=PREFIX + name.upper(),
            )


def _converted(where: str, value: object, hint: object, name: str) -> object:
    """``value`` as the type of the setting, or a refusal that says where it stood."""
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    try:
        return msgspec.convert(value, hint, strict=not (isinstance(value, str) and kind is int))
    except msgspec.ValidationError as error:
        shown = None if name in _SECRETS else _PASSWORD.sub("***", str(value))
        wrong = f"{where} cannot be {shown!r}" if shown else f"{where} cannot be used"
        raise SettingsError(f"{wrong}: give {describe(name)}.", field=where, value=shown) from error
