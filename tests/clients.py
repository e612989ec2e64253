"""Clients of the API for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from auscult.domain.tenancy import Client, Tenant, new_client_id, new_client_secret


def client_of(*tenants: Tenant, scopes: Iterable[str] = ("Quality AI",), **changed: Any) -> Client:
    """Return a new client that may use the apps of these tenants, which are of one account."""
    given = {
        "client_id": new_client_id(),
        "secret": new_client_secret(),
        "account_id": tenants[0].account_id,
        "app_ids": frozenset(each.app_id for each in tenants),
        "created_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Client(scopes=frozenset(scopes), **given | changed)
