"""Message pages: the event, the data that was kept, and one action."""

from http import HTTPStatus

from msgspec import Struct

from auscult.language import gettext as _


class MessageView(Struct, frozen=True, kw_only=True):
    """One message. ``href`` leads on; with ``is_post`` it is a form's address."""

    title: str
    text: str
    href: str = ""
    action: str = ""
    is_post: bool = False
    detail: str = ""


def refusal_view(status: int, words: str, home: str) -> MessageView:
    """Return the message of a refused request. ``words`` are the sentence of its error."""
    title, text = _("That did not work"), words
    if status == HTTPStatus.NOT_FOUND:
        title, text = _("Not here"), _("There is nothing at this address, or you may not see it.")
    elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        title = _("Too large")
        text = _("This is more than the server takes in one go. Go back: what you typed is still there.")
    return MessageView(title=title, text=text, href=home, action=_("Home"))


def failure_view(reason: str, request_id: str, home: str) -> MessageView:
    """Return the message of a failed request. ``reason`` is a sentence on what passes by itself, else empty."""
    title = _("Not now") if reason else _("Something broke here")
    text = _("The fault is ours. Go back: what you typed is still there. The log of the server has it as {id}.")
    return MessageView(title=title, text=reason or text.format(id=request_id), href=home, action=_("Home"))
