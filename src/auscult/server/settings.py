"""Settings of the server: one value, made where the application is built."""

from collections.abc import Callable

from msgspec import Struct

from auscult.domain.delivery.addresses import PUBLIC, Networks
from auscult.formats import Limits


class ServerSettings(Struct, frozen=True, kw_only=True):
    """The operator's options for serving. Times in seconds, sizes in bytes."""

    rate_limit: int = 6000
    """Requests that one account may make in a minute (rule 18); 0 for no limit."""

    page_maximum: int = 100
    """Largest page of the reports that let it be raised (rule 19)."""

    report_body_bytes: int = 1 << 20
    """Largest body of a report's request."""

    request_bytes: int = 256 << 20
    """Largest body of conversations to load."""

    recording_bytes: int = 2 << 30
    """Largest recording."""

    public_url: str = ""
    """Address that people reach this server at: links to recordings begin with it, whatever host a request names."""

    recording_link_s: int = 900
    """How long a link to a recording is valid."""

    transcribes: bool = False
    """True if recordings are transcribed on arrival."""

    batch_size: int = 250
    """Conversations that are accepted and processed together."""

    backlog: int = 500_000
    """Conversations of each priority that may wait to be scored before more are refused; 0 for any number."""

    limits: Limits = Limits()
    """Limits on the size of one conversation."""

    token_audience: str | None = None
    """The audience that a token with an ``aud`` must name; without this setting, such a token is refused."""

    token_life_s: int = 0
    """Longest time that a client's token may last; 0 for any time."""

    personal_token_days: int = 366
    """Longest time that a personal token may last."""

    clock_skew_s: float = 5
    """Largest lead of a client's clock over ours (``iat``, ``nbf``). An expiry is exact to the second."""

    client_memory_s: float = 0.5
    """Time for which a client is cached, and so the longest delay of a revocation."""

    page_threads: int = 0
    """Threads that read pages. 0 is for an embedded database: it reads pages in the event loop, at half the cost of
    passing them to a thread, and uses a few threads only for pages that a rare filter makes slow."""

    connector_folders: tuple[str, ...] = ()
    """Folders below which connectors that are applied over the API may read."""

    networks: Networks = PUBLIC
    """Networks in which webhooks and connectors may reach an address."""

    mail: Callable[[tuple[str, ...], str, str, tuple[str, bytes] | None], str] | None = None
    """Sends an e-mail of a subject and a text, perhaps with a file; returns what went wrong. None without a mail server."""

    operators: frozenset[str] = frozenset()
    """E-mail addresses of users who see figures of all accounts in the console."""

    metrics_token: str | None = None
    """The token that /metrics requires; without one, it is open, and /metrics/accounts closed."""

    hsts_s: int = 0
    """How long browsers that came over TLS use nothing else (HSTS); 0 to leave it to a proxy."""

    is_one_of_several: bool = False
    """True if other processes serve on the same socket, and /metrics returns the sums of all."""
