"""Changes to what an app does with personal data, recorded in the access log."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from auscult.domain.errors import AccessError, RequestError, coded
from auscult.domain.privacy.policy import TREATMENTS
from auscult.domain.privacy.redaction import KINDS, NEVER_KEPT
from auscult.domain.privacy.settings import PrivacySettings
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore


def change_settings(
    app: AppStore, principal: str, asked: Mapping[str, Any], *, is_approved: bool = False
) -> PrivacySettings:
    """Change the settings that are asked for (not None), and return all of them.

    ``kinds`` are changed one by one: a kind whose treatment is None is treated as the rest again.
    Raises ``RequestError`` for a value that cannot be, ``SettingsError`` where a redactor is missing, ``AccessError``
    ``approval.missing`` where one person would let one be enough: ``is_approved`` says that a second one agreed.
    """
    before = app.privacy.settings()
    chosen = {name: value for name, value in asked.items() if value is not None}
    for each in chosen.get("countries", ()):
        if not re.fullmatch("[A-Z]{2}", str(each)):
            message = coded("{value!r} is no ISO code of a country; give two letters, as in DE or US", value=each)
            raise RequestError(message, code="field.wrong_type", field="countries", value=str(each))
    if chosen.get("agent_names", "mask") not in ("mask", "keep"):
        raise RequestError(
            "{value!r} is neither mask nor keep",
            code="field.unknown_value",
            field="agent_names",
            value=chosen["agent_names"],
        )
    if "kinds" in chosen:
        chosen["kinds"] = _kinds(before, chosen["kinds"])
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


def _kinds(before: PrivacySettings, asked: Mapping[str, str | None]) -> dict[str, str]:
    """Return the treatments of kinds with those that are asked for. Raises ``RequestError`` where one cannot be."""
    for kind, treatment in asked.items():
        if kind not in KINDS:
            raise RequestError(
                "unknown kind {value!r}; available: {kinds}",
                code="field.unknown_value",
                field="kinds",
                value=kind,
                kinds=", ".join(KINDS),
            )
        if treatment is not None and treatment not in TREATMENTS:
            raise RequestError(
                "unknown treatment {value!r} of {kind}; available: {treatments}",
                code="field.unknown_value",
                field="kinds",
                value=treatment,
                kind=kind,
                treatments=", ".join(TREATMENTS),
            )
        if kind in NEVER_KEPT and treatment in ("keep", "token"):
            raise RequestError(
                "security codes are never stored (PCI DSS 4.0.1, 3.3.1); give mask or drop",
                code="field.unknown_value",
                field="kinds",
                value=treatment,
            )
    after: dict[str, str | None] = {**before.kinds, **asked}
    return {kind: treatment for kind, treatment in after.items() if treatment is not None}
