"""Changes to what an app does with personal data, recorded in the access log."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from auscult.domain.errors import AccessError, RequestError, coded
from auscult.domain.privacy.settings import PrivacySettings
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore


def change_settings(
    app: AppStore, principal: str, asked: Mapping[str, Any], *, is_approved: bool = False
) -> PrivacySettings:
    """Change the settings that are asked for (not None), and return all of them.

    Raises ``RequestError`` for a value that cannot be, ``SettingsError`` where a redactor is missing, ``AccessError``
    ``approval.missing`` where one person would let one be enough: ``is_approved`` says that a second one agreed.
    """
    before = app.privacy.settings()
    chosen = {name: value for name, value in asked.items() if value is not None}
    for each in chosen.get("countries", ()):
        if not re.fullmatch("[A-Z]{2}", str(each)):
            message = coded("{value!r} is no ISO code of a country; give two letters, as in DE or US", value=each)
            raise RequestError(message, code="field.wrong_type", field="countries", value=str(each))
    try:
        after = msgspec.convert(msgspec.structs.asdict(before) | chosen, PrivacySettings)
    except msgspec.ValidationError as error:
        raise RequestError(
            "privacy settings: {error}", error=error, code="field.wrong_type", field="privacy"
        ) from error
    if before.two_people and not after.two_people and not is_approved:
        raise AccessError(
            "this app asks two people, and letting one be enough needs a second person",
            code="approval.missing",
            field="two_people",
        )
    if after != before:
        app.privacy.change(after)
        record(app, principal, "privacy.changed", f"app:{app.tenant.app_id}", **msgspec.to_builtins(after))
    return after
