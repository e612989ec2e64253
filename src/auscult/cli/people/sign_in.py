"""``auscult users``: passwords, personal tokens, and why a user sees a conversation."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from auscult.cli.people.users import Email, PasswordStdin, operating, read_password
from auscult.cli.terminal import options
from auscult.domain.errors import RequestError, sent, unknown

if TYPE_CHECKING:
    from auscult.domain.people.users import User
    from auscult.domain.tenancy import Tenant
    from auscult.storage import Store


def password(
    email: Email,
    *,
    password_stdin: PasswordStdin = False,
    break_glass: Annotated[
        bool | None,
        typer.Option(
            "--break-glass/--no-break-glass",
            help="Whether this password works where only single sign-on is allowed.",
        ),
    ] = None,
    database: options.Database = None,
) -> None:
    """Set a user's password, read from stdin or asked for, and end the user's sessions."""
    given = read_password() if password_stdin else _prompt_for_password()
    with options.known_store(database) as store:
        users = operating(store)
        user = users.find(email)
        users.set_password(user, given)
        if break_glass is not None:
            store.people.users.update(user.user_id, is_break_glass=break_glass)
    typer.echo(f"the password of {user.email} is set")


def reset_factor(email: Email, *, database: options.Database = None) -> None:
    """Remove a user's second factor, for one who lost the device, and end the user's sessions."""
    with options.known_store(database) as store:
        users = operating(store)
        user = users.find(email)
        users.reset_second_factor(user)
    typer.echo(f"{user.email} signs in without a second factor")


def link(
    email: Email,
    *,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="The server's address. Default: AUSCULT_PUBLIC_URL, else that of the server that runs here.",
        ),
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Print a link that signs a user in once, within an hour, from any machine.

    Where there are no users yet, the first administrator is added with this e-mail address. Who has no password is
    asked for one.
    """
    from auscult import bootstrap
    from auscult.services.people.first import first_administrator, is_new
    from auscult.services.people.sign_in import LINK_LASTS

    with bootstrap.open(options.settings_of(database), with_secrets=False) as application:
        store, settings = application.store, application.settings
        user = first_administrator(store, email) or operating(store).find(email)
        if user.state != "active":
            raise RequestError(
                f"{user.email} is disabled; run auscult users enable {user.email} first",
                code="user.disabled",
                field="email",
                value=email,
            )
        is_first = is_new(store)
        secret = operating(store).link(user, LINK_LASTS)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  (all interfaces)
    here = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    known = url or settings.public_url or bootstrap.running_address(settings)
    address = f"{(known or here).rstrip('/')}/console/link/{secret}"
    if as_json:
        typer.echo(msgspec.json.encode({"user_id": user.user_id, "url": address}))
    else:
        typer.echo(address)
        typer.echo(f"It signs in {user.email} once, within an hour.", err=True)
        if known is None:
            typer.echo("No server runs here now. Name its address with --url, or set AUSCULT_PUBLIC_URL.", err=True)
        if is_first:
            typer.echo(f"Or enter the setup code in a browser: {secret}", err=True)


def token(
    email: Email,
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the token is for.")] = "",
    days: Annotated[int, typer.Option("--days", metavar="DAYS", min=1, max=366, help="Days until it ends.")] = 30,
    revoke_id: Annotated[
        str | None, typer.Option("--revoke", metavar="ID", help="End this token, as pt-..., instead.")
    ] = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Issue a personal token for scripts, with the user's own rights. It is shown once."""
    from auscult import bootstrap

    with bootstrap.open(options.settings_of_existing(database), with_secrets=False) as application:
        users = operating(application.store)
        user = users.find(email)
        if revoke_id is not None:
            users.revoke_token(user, revoke_id)
            typer.echo(f"{revoke_id} is revoked")
            return
        longest = timedelta(days=application.settings.personal_token_days)
        issued = users.issue_token(user, name, timedelta(days=days), longest)
    if as_json:
        shown = {"token_id": issued.token.token_id, "token": issued.secret, "ends_at": issued.token.ends_at}
        typer.echo(msgspec.json.encode(shown))
        return
    typer.echo(issued.secret)
    typer.echo(f"Keep it: it is not shown again. It ends on {issued.token.ends_at:%Y-%m-%d}.", err=True)


def why(
    email: Email,
    conversation: Annotated[str, typer.Argument(metavar="CONVERSATION", help="The conversation's id, as c-...")],
    *,
    app: Annotated[
        str | None, typer.Option("--app", metavar="ID", help="The app. Not needed if it is the only one.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option("--at", metavar="TIME", parser=options.instant, help="As grants were then. Default: now."),
    ] = None,
    permission: Annotated[
        str, typer.Option("--permission", metavar="PERMISSION", help="The permission to explain.")
    ] = "conversation.read",
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Explain which grant lets a user see a conversation, or what is missing. Exit status 1: not visible."""
    from auscult.domain.people.permissions import check_permission
    from auscult.services.people.views import grant_view
    from auscult.services.people.why import Explainer

    check_permission(permission)
    with options.known_store(database) as store:
        user = operating(store).find(email)
        tenant = _holding(store, user, conversation, app)
        when = at or datetime.now(UTC)
        found = Explainer(store, tenant, when, permission).explain(user, conversation)
    if as_json:
        grants = [
            {"grant": grant_view(each.grant, when), "opens": each.opens, "reason": each.reason} for each in found.grants
        ]
        shown = {name: getattr(found, name) for name in found.__struct_fields__} | {"grants": grants}
        typer.echo(msgspec.json.encode(shown, enc_hook=sent))
    else:
        typer.echo(f"{user.email} {'sees' if found.sees else 'does not see'} {conversation}: {found.reason}")
        for each in found.grants:
            typer.echo(f"    {'+' if each.opens else '-'} {each.grant.grant_id}  {each.reason}")
    if not found.sees:
        raise typer.Exit(1)


def check_sign_on(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.yaml", help="The file of single sign-on. Default: AUSCULT_SSO_FILE.")
    ] = None,
    *,
    database: options.Database = None,
) -> None:
    """Check single sign-on: the file, the identity provider, its keys, the client, and what groups are mapped to."""
    from auscult import bootstrap
    from auscult.server.people.identity_provider import IdentityProvider
    from auscult.services.people.single_sign_on import problems_of, read_sign_on

    settings = options.settings_of_existing(database)
    named = file or (Path(settings.sso_file) if settings.sso_file else None)
    if named is None:
        raise typer.BadParameter("name the file, or set AUSCULT_SSO_FILE", param_hint="FILE.yaml")
    read = read_sign_on(named)
    typer.echo(f"file      {named}: {len(read.groups)} groups")
    provider = IdentityProvider(read)
    document = provider.document()
    typer.echo(f"provider  {document.issuer}: sends browsers to {document.authorization_endpoint}")
    typer.echo(f"keys      {len(provider.keys().keys)} at {document.jwks_uri}")
    redirect = f"{(read.public_url or 'https://HOST').rstrip('/')}/api/v1/session/sign-on/callback"
    provider.check_client(redirect)
    typer.echo(f"client    {read.client_id}: accepted")
    with bootstrap.open(settings, with_secrets=False) as application:
        problems = problems_of(application.store, read)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"redirect  register {redirect} with the provider")


def _holding(store: "Store", user: "User", conversation: str, app: str | None) -> "Tenant":
    """Return the app that has the conversation: the named one, or else the first of the account that does."""
    if app is not None:
        return options.known_tenant(store, app)
    tenants = [tenant for tenant in store.tenants() if tenant.account_id == user.account_id]
    for tenant in tenants:
        if store.within(tenant).conversations.get(conversation) is not None:
            return tenant
    raise unknown(
        "conversation",
        conversation,
        "unknown conversation {value!r} in the account {account_id}",
        field="conversation",
        account_id=user.account_id,
    )


def _prompt_for_password() -> str:
    """Prompt for a new password twice, and return it. Raises ``RequestError`` where there is no terminal."""
    if not sys.stdin.isatty():
        raise RequestError("no terminal to ask for the password; give --password-stdin", field="--password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
