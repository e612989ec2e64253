"""Windows of the rate limit in Redis, for those who run one: the same counts, one round trip, nothing on disk."""

from typing import Any, cast

from auscult.domain.errors import SettingsError

_PREFIX = "auscult:window:"
_COUNT = """
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n <= tonumber(ARGV[1]) then n = redis.call('INCR', KEYS[1]) end
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {n, redis.call('PTTL', KEYS[1])}
"""


class RedisWindows:
    """Counts in Redis. Exact for concurrent requests, on any host."""

    is_embedded = False

    def __init__(self, url: str) -> None:
        """Connect when first asked. Raises ``SettingsError`` when the client library is not installed."""
        try:
            import redis  # noqa: PLC0415  (an extra: most installations have none)
        except ImportError as error:
            raise SettingsError(
                "AUSCULT_REDIS_URL needs the Redis client: pip install 'auscult[redis]'",
                code="redis.missing",
                field="AUSCULT_REDIS_URL",
            ) from error
        self._redis = redis.Redis.from_url(url, socket_timeout=5)  # pyright: ignore[reportUnknownMemberType]
        self._count: Any = self._redis.register_script(_COUNT)

    def consume(self, key: str, limit: int, window_s: int) -> tuple[int, float]:
        """Count one request of ``key``, as ``Windows.consume`` does."""
        n, left_ms = cast("tuple[int, int]", self._count(keys=[_PREFIX + key], args=[limit, window_s * 1000]))
        return n, left_ms / 1000

    def close(self) -> None:
        """Let the connections go."""
        self._redis.close()
