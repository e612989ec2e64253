"""Draws by permanent random numbers: ``u = H(seed, conversation id)``, a fraction from 0 to below 1.

A draw can be repeated by anyone who knows the seed and the frame. Neither the order of the conversations nor their
arrival matters, and a later draw with the same seed agrees with an earlier one as far as their frames do.

Ohlsson, E. (1995). Coordination of samples using permanent random numbers. Business Survey Methods, 153-169.
"""

from hashlib import sha256
from math import exp, lgamma, log, log1p

_BITS = 53
"""A float holds this many bits exactly."""


def permanent_number(seed: str, conversation_id: str) -> float:
    """Return ``u``: the first 53 bits of SHA-256 over seed, a zero byte and the id, as a fraction below 1."""
    digest = sha256(f"{seed}\0{conversation_id}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> (64 - _BITS)) / (1 << _BITS)


def probability_with_minimum(share: float, minimum: int, population: int) -> float:
    """Return the probability of each where all with ``u < share`` are drawn, and at least ``minimum``: E[max(B, minimum)] / N.

    B counts those below the share and is binomial.
    """
    least = min(minimum, population)
    if least == 0 or share >= 1:
        return share if least == 0 else 1.0
    log_share, log_rest = log(share), log1p(-share)

    def chance(k: int) -> float:
        ways = lgamma(population + 1) - lgamma(k + 1) - lgamma(population - k + 1)
        return exp(ways + k * log_share + (population - k) * log_rest)

    added = sum((least - k) * chance(k) for k in range(least))
    return min(1.0, share + added / population)
