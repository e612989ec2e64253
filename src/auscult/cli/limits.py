"""``auscult limits``: what accounts and apps may use, set by the operator, and what they use."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.limits import MINUTE_MS, Limits, Owner, Use
from auscult.domain.scoring.judging import BILLION

if TYPE_CHECKING:
    from auscult.storage.store import Store

_NONE = "none"
_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(\d{1,15})\s*([KMGT]B)?", re.IGNORECASE)
_MONEY = re.compile(r"\d{1,9}(\.\d{1,9})?")

Account = Annotated[str | None, typer.Option("--account", metavar="ID", help="The account, all of its apps together.")]
App = Annotated[str | None, typer.Option("--app", metavar="ID", help="One app.")]
Requests = Annotated[str | None, typer.Option("--requests", metavar="N", help="Requests in a minute.")]
BacklogSize = Annotated[
    str | None, typer.Option("--backlog", metavar="N", help="Conversations that wait to be scored.")
]
Storage = Annotated[
    str | None, typer.Option("--storage", metavar="SIZE", help="Conversations and recordings, in bytes or as 50GB.")
]
Sound = Annotated[
    str | None, typer.Option("--sound-minutes", metavar="N", help="Minutes of sound received in a month (UTC).")
]
Tokens = Annotated[str | None, typer.Option("--judge-tokens", metavar="N", help="Tokens of the judge in a day (UTC).")]
Cost = Annotated[
    str | None, typer.Option("--judge-cost", metavar="MONEY", help="Money for the judge in a day (UTC), as 12.50.")
]


def change(
    *,
    account: Account = None,
    app: App = None,
    requests: Requests = None,
    backlog: BacklogSize = None,
    storage: Storage = None,
    sound_minutes: Sound = None,
    judge_tokens: Tokens = None,
    judge_cost: Cost = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Set limits of an account or an app; none removes one, and what is not named stays.

    Servers and workers follow within five seconds.
    """
    from auscult import bootstrap
    from auscult.services.operations.limit_changes import change_limits

    asked = {
        "requests": _count("--requests", requests),
        "backlog": _count("--backlog", backlog),
        "storage_bytes": _size(storage),
        "sound_minutes": _count("--sound-minutes", sound_minutes),
        "judge_tokens": _count("--judge-tokens", judge_tokens),
        "judge_cost": _money(judge_cost),
    }
    given = {name: None if value == _NONE else value for name, value in asked.items() if value is not None}
    with bootstrap.open(options.settings_of_existing(database)) as application:
        store = application.store
        owner = _owner(store, account, app)
        after = change_limits(store, owner, given, principal())
    _print(owner, after, None, as_json=as_json)


def show(
    *, account: Account = None, app: App = None, database: options.Database = None, as_json: options.AsJson = False
) -> None:
    """Show the limits of an account or an app, and what of them is used."""
    from auscult.services.limits import TenantLimits

    with options.known_store(database) as store:
        owner = _owner(store, account, app)
        limits = TenantLimits(store.limits)
        _print(owner, limits.of(owner), limits.use_of(owner), as_json=as_json)


def listing(*, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List the limits that are set."""
    with options.known_store(database) as store:
        for owner, limits in sorted(store.limits.all().items()):
            _print(owner, limits, None, as_json=as_json)


def _owner(store: "Store", account: str | None, app: str | None) -> Owner:
    """Return the owner that a command line names. Raises ``RequestError`` and ``NotFoundError``."""
    if (account is None) == (app is None):
        raise RequestError("name either an account with --account or an app with --app", code="owner.unclear")
    if app is not None:
        tenant = options.known_tenant(store, app)
        return Owner(tenant.account_id, tenant.app_id)
    accounts = sorted({each.account_id for each in store.tenants()})
    if account not in accounts:
        raise NotFoundError(
            f"unknown account {account!r}; available: {', '.join(accounts) or 'none yet'}",
            code="account.unknown",
            field="--account",
            value=account,
        )
    return Owner(account)


def _count(option: str, given: str | None) -> int | str | None:
    if given is None or given == _NONE:
        return given
    if not given.isascii() or not given.isdigit():
        raise _invalid(option, given, "a whole number, as 1000")
    return int(given)


def _size(given: str | None) -> int | str | None:
    if given is None or given == _NONE:
        return given
    found = _SIZE.fullmatch(given)
    if found is None:
        raise _invalid("--storage", given, "bytes, or a size as 50GB")
    return int(found[1]) * _UNITS[(found[2] or "").upper()]


def _money(given: str | None) -> Decimal | str | None:
    if given is None or given == _NONE:
        return given
    if _MONEY.fullmatch(given) is None:
        raise _invalid("--judge-cost", given, "an amount, as 12.50")
    return Decimal(given)


def _invalid(option: str, given: str, right: str) -> RequestError:
    return RequestError(
        f"{option}: {given!r} is no limit; give {right}, or none to remove it",
        code="limit.invalid",
        field=option,
        value=given,
    )


def _print(owner: Owner, limits: Limits, use: Use | None, *, as_json: bool) -> None:
    """Print each limit, with what is used of it where that is known."""
    if as_json:
        shown: dict[str, object] = {"account": owner.account_id, "app": owner.app_id or None, "limits": asdict(limits)}
        typer.echo(msgspec.json.encode(shown if use is None else {**shown, "use": use}))
        return
    typer.echo(f"{owner}")
    for name, limit, used in rows(limits, use or Use()):
        of = f"{used} of " if use is not None and used is not None else ""
        if limit is not None or use is not None:
            typer.echo(f"  {name:<28}{of}{'no limit' if limit is None else limit}")


def asdict(limits: Limits) -> dict[str, object]:
    """Return every limit by its name, null for none."""
    return {name: getattr(limits, name) for name in Limits.__struct_fields__}


def rows(limits: Limits, use: Use) -> list[tuple[str, object, object]]:
    """Return the name of each limit, the limit, and what is used; None for what is not counted here."""
    return [
        ("requests in a minute", limits.requests, None),
        ("conversations waiting", limits.backlog, use.waiting),
        ("bytes stored", limits.storage_bytes, use.storage_bytes),
        ("minutes of sound this month", limits.sound_minutes, use.sound_ms // MINUTE_MS),
        ("judge tokens today", limits.judge_tokens, use.judge_tokens),
        ("judge money today", limits.judge_cost, f"{use.judge_cost / BILLION:g}"),
    ]
