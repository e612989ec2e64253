"""Changes as messages for people: the formats of chat services, and templates of what a message says."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from auscult.domain.change import WebhookFormat
from auscult.domain.errors import RequestError, about, coded

FIELDS = (
    "kind",
    "conversation_id",
    "app_id",
    "change",
    "at",
    "status",
    "score",
    "result",
    "fatal_errors",
    "form_id",
    "form_version",
    "audit_score",
    "link",
)
"""The placeholders that a template may contain."""

LONGEST = 2_000
"""Characters of a template."""

DEFAULT = "Conversation {conversation_id}: {kind}. Score {score}, {result}. {link}"
NOTHING = "-"
"""Stands for what a conversation does not have."""

_MARKDOWN = re.compile(r"([\\`*_\[\]])")
_SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"


def check_template(webhook_format: WebhookFormat, template: str) -> None:
    """Raise ``RequestError`` ``webhook.bad_template`` where a template cannot be used."""
    reason = _fault(webhook_format, template)
    if reason:
        raise RequestError(
            about("template", reason), code="webhook.bad_template", field="template", value=template[:LONGEST]
        )


def message(webhook_format: WebhookFormat, template: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return what is posted: ``text`` for Slack, an Adaptive Card for Teams. ``values`` has every one of ``FIELDS``.

    Values are escaped for the service, so that no id becomes a link or calls a channel; the template is not.
    """
    escaped = {
        name: value if name == "link" else _escaped(webhook_format, value or NOTHING) for name, value in values.items()
    }
    text = (template or DEFAULT).format_map(escaped).strip()
    if webhook_format == "slack":
        return {"text": text}
    block = {"type": "TextBlock", "text": text, "wrap": True}
    card = {"$schema": _SCHEMA, "type": "AdaptiveCard", "version": "1.2", "body": [block]}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _fault(webhook_format: WebhookFormat, template: str) -> str:
    if webhook_format == "standard":
        return coded("the format standard has none; choose slack or teams, or leave it out.") if template else ""
    rules = (
        (
            len(template) > LONGEST,
            coded("has {n} characters; give at most {most}.", n=f"{len(template):,}", most=f"{LONGEST:,}"),
        ),
        (
            any(map(_is_control, template)),
            coded("has a control character; write plain text, with line breaks where they are wanted."),
        ),
        (bool(template) and not template.strip(), coded("is blank; write what the message says, or leave it out.")),
    )
    return next((reason for is_wrong, reason in rules if is_wrong), "") or _unknown(template)


def _unknown(template: str) -> str:
    """Return what is wrong with the fields that a template names."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return coded("a brace has no partner; write {{ and }} for braces that are meant as such.")
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in FIELDS or spec or conversion:
            given = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            known = ", ".join(f"{{{each}}}" for each in FIELDS)
            return coded("unknown field {name}; available: {list}.", name=f"{{{given}}}", list=known)
    return ""


def _is_control(letter: str) -> bool:
    return (ord(letter) < ord(" ") and letter not in "\n\r\t") or "\ud800" <= letter <= "\udfff"


def _escaped(webhook_format: WebhookFormat, value: str) -> str:
    return value.translate(_SLACK) if webhook_format == "slack" else _MARKDOWN.sub(r"\\\1", value)
