"""Message pages: the event, the data that was kept, and one action."""

from msgspec import Struct


class MessageView(Struct, frozen=True, kw_only=True):
    """One message. ``href`` leads on; with ``is_post`` it is a form's address."""

    title: str
    text: str
    href: str = ""
    action: str = ""
    is_post: bool = False
    detail: str = ""
