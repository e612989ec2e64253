"""Limits of accounts and apps, changed by the operator."""

from collections.abc import Mapping
from typing import Any

import msgspec

from auscult.domain.limits import Limits, Owner
from auscult.services.privacy.log import record
from auscult.storage.store import Store


def change_limits(store: Store, owner: Owner, given: Mapping[str, Any], by: str) -> Limits:
    """Set the limits that are given, None for no limit, and return all; ``by`` is the principal in the access log."""
    before = store.limits.all().get(owner, Limits())
    after = msgspec.structs.replace(before, **given)
    if after != before:
        store.limits.save(owner, after)
        target = f"app:{owner.app_id}" if owner.app_id else f"account:{owner.account_id}"
        record(store, by, "limits.changed", target, **msgspec.to_builtins(after))
    return after
