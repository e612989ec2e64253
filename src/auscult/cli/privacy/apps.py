"""``auscult apps``: what an app does with personal data, whose days it has, and when its chats have ended."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import typer
from msgspec.structs import asdict

from auscult.cli.privacy.listing import print_done
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.domain.errors import RequestError
from auscult.domain.privacy.redaction import KINDS
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.tenancy import Tenant

MODES = ("off", "mask", "token")

Redaction = Annotated[
    str | None,
    typer.Option(
        "--redaction",
        metavar="|".join(MODES),
        help="off; mask: personal data is replaced by placeholders before anything is stored; "
        "token: the same, and the originals are kept encrypted.",
    ),
]
Redactor = Annotated[str | None, typer.Option("--redactor", metavar="NAME", help="What finds it: builtin, presidio.")]
Countries = Annotated[
    list[str] | None,
    typer.Option("--country", metavar="XX", help="Country whose telephone numbers are likely; say it once for each."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--redact",
        metavar="KIND=MODE",
        help="Treat one kind otherwise than the rest, where redaction is on: mask, token, keep, drop (no number and no "
        "hash), or default. Repeatable. Kinds: " + ", ".join(KINDS) + ".",
    ),
]
Own = Annotated[
    list[str] | None,
    typer.Option(
        "--own",
        metavar="VALUE",
        help="What is the app's own and stays: a telephone number, an e-mail address or domain, a postal address, a name. "
        "Say it once for each; they replace those before.",
    ),
]
AgentNames = Annotated[
    str | None,
    typer.Option("--agent-names", metavar="mask|keep", help="Whether the names of agents stay; mask at first."),
]

TwoPeople = Annotated[
    bool | None,
    typer.Option(
        "--two-people/--one-person",
        help="Have the erasure of a customer and the lifting of a hold wait for a second person.",
    ),
]

SecondFactor = Annotated[
    bool | None,
    typer.Option(
        "--second-factor/--no-second-factor",
        help="Require a second factor of everybody who signs in without an identity provider.",
    ),
]

AgentEmotions = Annotated[
    bool | None,
    typer.Option(
        "--agent-emotions/--no-agent-emotions",
        help="Leave the emotions of agents out everywhere, also of conversations that were scored before.",
    ),
]

Timezone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="NAME", help="Whose days exported tables have, as Europe/Berlin; UTC at first."),
]
ChatInactivity = Annotated[
    int | None,
    typer.Option(
        "--chat-inactivity-minutes",
        metavar="N",
        help="After so long without a message, a chat's next one begins another conversation; 720 at first.",
    ),
]


def change(
    *,
    app: options.App,
    redaction: Redaction = None,
    redactor: Redactor = None,
    countries: Countries = None,
    kinds: Kinds = None,
    own: Own = None,
    agent_names: AgentNames = None,
    two_people: TwoPeople = None,
    second_factor: SecondFactor = None,
    agent_emotions: AgentEmotions = None,
    timezone: Timezone = None,
    chat_inactivity: ChatInactivity = None,
    account: options.Account = None,
    org: options.Org = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Change how an app treats personal data, for conversations accepted from now on, and its times."""
    from auscult import bootstrap
    from auscult.services.privacy.settings import change_settings
    from auscult.services.scoring.intake.times import change_times

    asked = {
        "redaction": _known(redaction),
        "redactor": redactor,
        "countries": countries,
        "kinds": None if kinds is None else dict(map(_treatment, kinds)),
        "own": own,
        "agent_names": agent_names,
        "two_people": two_people or None,
        "second_factor": second_factor,
        "agent_emotions": agent_emotions,
    }
    wanted = {"timezone": timezone, "chat_inactivity_minutes": chat_inactivity}
    with bootstrap.open(options.settings_of(database)) as application:
        tenant = options.tenant_of(application.store, account, org, app)
        store = application.store.within(tenant)
        settings = change_settings(store, principal(), asked)
        times = change_times(store, principal(), wanted)
        if two_people is False and settings.two_people:
            done = bootstrap.privacy.approvals(application.store, tenant, principal()).one_person()
            print_done(done, as_json=as_json)
    _print(tenant, settings, asdict(times), as_json=as_json)


def listing(*, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """List the apps of the database, with account and org."""
    with options.known_store(database) as store:
        for tenant in sorted(store.tenants(), key=lambda one: one.app_id):
            if as_json:
                row = {"app": tenant.app_id, "account": tenant.account_id, "org": tenant.org_id}
                typer.echo(msgspec.json.encode(row))
            else:
                typer.echo(f"{tenant.app_id}  account {tenant.account_id}  org {tenant.org_id}")


def show(*, app: options.KnownApp, database: options.Database = None, as_json: options.AsJson = False) -> None:
    """Print how an app treats personal data, and its times."""
    from auscult.services.scoring.intake.times import times_of

    with options.known_app(database, app) as store:
        settings, times = store.privacy.settings(), times_of(store)
    _print(store.tenant, settings, asdict(times), as_json=as_json)


def _known(redaction: str | None) -> str | None:
    if redaction is not None and redaction not in MODES:
        raise RequestError(
            f"unknown redaction {redaction!r}; available: {', '.join(MODES)}",
            code="redaction_mode.unknown",
            field="--redaction",
            value=redaction,
        )
    return redaction


def _treatment(text: str) -> tuple[str, str | None]:
    """Return kind and treatment of ``phone=keep``. Raises ``RequestError`` where the text is no such pair."""
    kind, sign, treatment = text.partition("=")
    if not sign:
        raise RequestError(
            f"{text!r} has no treatment; give KIND=MODE, as in phone=keep",
            code="field.wrong_type",
            field="--redact",
            value=text,
        )
    return kind, None if treatment == "default" else treatment


def _print(tenant: Tenant, settings: PrivacySettings, times: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        shown = {"app": tenant.app_id, **msgspec.structs.asdict(settings), **times}
        typer.echo(msgspec.json.encode(shown))
        return
    countries = ", ".join(settings.countries) or "of the conversation's language"
    kinds = "".join(f", {kind} {treatment}" for kind, treatment in settings.kinds.items())
    own = f", own values: {len(settings.own)}" if settings.own else ""
    names = ", names of agents stay" if settings.agent_names == "keep" else ""
    personal = f"redaction {settings.redaction}{kinds}, by {settings.redactor}, countries {countries}{own}{names}"
    emotions = "" if settings.agent_emotions else "; without emotions of agents"
    chats = f"; chats end after {times['chat_inactivity_minutes']} minutes without a message"
    people = "; erasing a customer and lifting a hold need two people" if settings.two_people else ""
    factor = "; sessions need a second factor" if settings.second_factor else ""
    typer.echo(f"{tenant.app_id}: {personal}{emotions}{people}{factor}; days of {times['timezone']}{chats}")
