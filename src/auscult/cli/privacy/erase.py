"""``auscult erase``: all conversations of one customer."""

from typing import Annotated, cast

import typer

from auscult.cli.privacy.listing import print_done, print_items
from auscult.cli.terminal import options
from auscult.cli.terminal.principal import principal
from auscult.domain.errors import RequestError
from auscult.domain.privacy.retention import By

Customer = Annotated[str | None, typer.Option("--customer", metavar="ID", help="The customer's id.")]
Phone = Annotated[str | None, typer.Option("--phone", metavar="NUMBER", help="A telephone number of theirs.")]
Email = Annotated[str | None, typer.Option("--email", metavar="ADDRESS", help="An e-mail address of theirs.")]
Run = Annotated[bool, typer.Option("--run", help="Erase; without it the conversations are only listed.")]


def erase(
    *,
    app: options.KnownApp,
    customer: Customer = None,
    phone: Phone = None,
    email: Email = None,
    run: Run = False,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List all conversations of a customer; with --run erase them, and print the certificate.

    Where the app asks two people, --run has the erasure wait for `auscult approvals approve`.
    """
    from auscult import bootstrap

    given = {"customer": customer, "phone": phone, "email": email}
    chosen = [(by, value) for by, value in given.items() if value]
    if len(chosen) != 1:
        raise RequestError(
            "name the customer by one of --customer, --phone, --email", code="customer.unnamed", field="--customer"
        )
    by, value = chosen[0]
    with bootstrap.open(options.settings_of_existing(database)) as application:
        tenant = options.known_tenant(application.store, app)
        if not run:
            items = bootstrap.privacy.erasing(application.store, tenant).of_customer(cast("By", by), value)
            print_items(items, as_json=as_json)
            return
        done = bootstrap.privacy.approvals(application.store, tenant, principal()).erase_customer(cast("By", by), value)
        bootstrap.privacy.keep_erased(application.settings, application.store)
    print_done(done, as_json=as_json)
