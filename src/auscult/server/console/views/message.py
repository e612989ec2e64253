"""Pages that say one thing: what happened, what was kept, and one thing to do."""

from msgspec import Struct


class MessageView(Struct, frozen=True, kw_only=True):
    """One message. ``href`` leads on; with ``is_post`` it is a form's address."""

    title: str
    text: str
    href: str = ""
    action: str = ""
    is_post: bool = False
    detail: str = ""
