"""Browsers in which a user has signed in before: a signed cookie marks them, and limits count them apart from strangers.

The mark opens nothing. With it a password can be tried where strangers of the same network address have to wait.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

LASTS = timedelta(days=180)
_PURPOSE = b"auscult known browsers"
_PARTS = 4


class KnownBrowsers:
    """Signs and checks the mark of a browser: its id, its end, the user it is for, and a signature."""

    def __init__(self, secret_key: Callable[[], bytes], now: Callable[[], datetime]) -> None:
        """``secret_key`` returns the database's; marks are signed with a key derived from it for them alone."""
        self._secret_key = secret_key
        self._now = now

    def mark(self, email: str, present: str = "") -> str:
        """Return the mark of a browser in which this user signs in. One that is marked keeps its id."""
        browser = self.id_of(present) or secrets.token_urlsafe(9)
        signed = f"{browser}.{int((self._now() + LASTS).timestamp())}.{self._digest('user', email)}"
        return f"{signed}.{self._digest('mark', signed)}"

    def id_of(self, mark: str, email: str | None = None) -> str | None:
        """Return the id of the browser with this mark; None where it is forged, over, or not of the user ``email``."""
        parts = mark.split(".")
        if len(parts) != _PARTS or not mark.isascii():
            return None
        browser, ends, user, signature = parts
        is_whole = hmac.compare_digest(signature, self._digest("mark", f"{browser}.{ends}.{user}"))
        if not is_whole or int(ends) <= self._now().timestamp():
            return None
        return browser if email is None or hmac.compare_digest(user, self._digest("user", email)) else None

    def _digest(self, of: str, text: str) -> str:
        key = hmac.digest(self._secret_key(), _PURPOSE, "sha256")
        return hmac.digest(key, f"{of}\n{text}".encode(errors="surrogatepass"), "sha256")[:16].hex()
