"""Speaking to an OpenAI-compatible server: one request, its reply, and what kind of trouble it is when there is none.

The ``openai`` client does what a client is for: connections, time-outs, and trying again after a pause that grows,
with jitter, or that the server names (``Retry-After``, up to two minutes). Replies are read here, as bytes: of a
server that is only nearly compatible no more is asked than is needed.
"""

import logging
from collections.abc import Mapping
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from auscult.domain.delivery.addresses import OPERATOR
from auscult.domain.errors import coded, template
from auscult.domain.scoring.judging import Usage
from auscult.outgoing.http import transport

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

LOG = logging.getLogger(__name__)

CONNECT_S = 10.0
THINKING_TOKENS = 8_000
"""Room for models that think before they write: theirs is counted as output too."""

_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "x-stainless-raw-response",
    }
)
_LONGEST_LINE = 200
_REFUSALS = {
    401: template("the judge refuses the key (status {words})"),
    403: template("the judge refuses the key (status {words})"),
    404: template("the judge knows no model {name} at this address (status {words})"),
    429: template("the judge is asked too often (status {words})"),
}
_REFUSED = template("the judge cannot answer (status {words})")
_TOO_LONG = ("context_length_exceeded", "context length", "context window", "maximum context")
_FILTERED = ("content_filter", "content_policy", "content management policy")


class UnavailableError(Exception):
    """The judge cannot be asked now; ``after_s`` is when it can, in seconds from now, where that is known."""

    def __init__(self, reason: str, after_s: float | None = None, usage: Usage | None = None) -> None:
        """``usage`` is what may be charged all the same, for a request that was sent and never answered."""
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s
        self.usage = usage


class TooLongError(Exception):
    """The request does not fit into the model's context."""


class Request(Protocol):
    """Request: both messages, and the JSON schema of the reply, in which ``bounded`` limits lists and texts."""

    @property
    def system(self) -> str:
        """Return the system message, which is always the same."""
        ...

    @property
    def user(self) -> str:
        """Return the user message."""
        ...

    def schema(self, *, bounded: bool) -> dict[str, Any]:
        """Return the schema of the reply."""
        ...


class Reply(Struct, frozen=True, kw_only=True):
    """Reply of the model. ``is_cut``: it broke off for length. ``is_refused``: the model, or a filter, would not answer.

    ``tokens`` are the pieces of the text with the logarithms of their probabilities, where the server gives them.
    """

    text: str
    is_cut: bool
    is_refused: bool
    usage: Usage
    prompt_hash: str
    model: str
    tokens: tuple[tuple[str, float], ...] = ()


class Address(Struct, frozen=True, kw_only=True):
    """Address of a model, and the time limits of a call. ``url`` ends where ``/chat/completions`` begins."""

    url: str
    model: str
    api_key: str = ""
    timeout_s: float = 60.0
    retries: int = 2


class Server:
    """One model on one server. Safe to share between threads; nothing is opened before the first request."""

    def __init__(self, address: Address) -> None:
        """Nothing is sent yet."""
        self.model = address.model
        self._address = address
        self._lock = Lock()
        self._opened: OpenAI | None = None
        self._other_ways: set[str] = set()
        """Parameters of which the server has said that it does not take them as they were."""

    def send(self, request: Request, most: Usage) -> Reply:
        """Send one request, which may use ``most``; that is counted where the server does not report its usage.

        Raises ``UnavailableError`` and ``TooLongError``.
        """
        from openai import APIConnectionError, APIStatusError, APITimeoutError  # noqa: PLC0415  (an extra)

        create: Any = self._client().chat.completions.with_raw_response.create
        while True:
            parameters = self._parameters(request, most.tokens_out)
            try:
                body: bytes = create(**parameters).content
            except APITimeoutError as error:
                raise UnavailableError(
                    coded("the judge did not answer within {s} s", s=f"{self._address.timeout_s:g}"),
                    usage=replace(most, tokens_out=0),
                ) from error
            except APIConnectionError as error:
                raise UnavailableError(coded("the judge cannot be reached ({words})", words=_cause(error))) from error
            except APIStatusError as error:
                if self._learn(error):
                    continue
                return self._refused(error, parameters)
            return _read(body, self.model, most, _hash(parameters))

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _client(self) -> "OpenAI":
        with self._lock:
            if self._opened is None:
                self._opened = _client(self._address)
            return self._opened

    def _parameters(self, request: Request, most_tokens: int) -> dict[str, Any]:
        """One request. The standard way first, and what a server wants otherwise once it has said so."""
        other = self._other_ways
        if "response_format" in other:
            form = {"type": "json_object", "schema": request.schema(bounded=True)}
        else:
            of = {"name": "answers", "strict": True, "schema": request.schema(bounded=False)}
            form = {"type": "json_schema", "json_schema": of}
        limit = ("max_completion_tokens", most_tokens + THINKING_TOKENS)
        name, most = limit if "max_tokens" in other else ("max_tokens", most_tokens)
        return {
            "model": self.model,
            "messages": [{"role": "system", "content": request.system}, {"role": "user", "content": request.user}],
            "response_format": form,
            name: most,
            **({} if "temperature" in other else {"temperature": 0}),
            **({} if "logprobs" in other else {"logprobs": True}),
        }

    def _learn(self, error: "APIStatusError") -> bool:
        """Return whether the server wants a parameter another way, so that a second try makes sense.

        Newer models accept no ``max_tokens`` and no temperature but their own, and give no probabilities;
        llama-cpp-python accepts a schema only with ``json_object``, and reports that with status 500.
        """
        if error.status_code not in (400, 403, 422, 500):
            return False
        text = error.response.text
        named = error.param if error.param in ("max_tokens", "temperature", "response_format", "logprobs") else None
        if named is None:
            named = next((each for each in ("response_format", "logprobs") if each in text), None)
        if named is None or named in self._other_ways:
            return False
        LOG.info("the judge's server does not take %s as it stands, and is asked another way", named)
        self._other_ways = {*self._other_ways, named}
        return True

    def _refused(self, error: "APIStatusError", parameters: Mapping[str, Any]) -> Reply:
        """Return the meaning of an error status. Only a filter's is an answer of a kind."""
        status, text = error.status_code, error.response.text
        if status in (400, 413, 422) and any(sign in text for sign in _TOO_LONG):
            raise TooLongError from error
        if status in (400, 422) and any(sign in text for sign in _FILTERED):
            return Reply(
                text="",
                is_cut=False,
                is_refused=True,
                usage=Usage(calls=1),
                prompt_hash=_hash(parameters),
                model=self.model,
            )
        key = self._address.api_key
        said = _beginning(text.replace(key, "***") if key else text)
        reason = coded(_REFUSALS.get(status, _REFUSED), name=self.model, words=f"{status}: {said}")
        raise UnavailableError(reason, _seconds(error)) from error


class _Details(Struct):
    cached_tokens: int | None = None


class _Usage(Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Details | None = None


class _Message(Struct):
    content: str | None = None
    refusal: str | None = None


class _Token(Struct):
    token: str
    logprob: float


class _Logprobs(Struct):
    content: list[_Token] | None = None


class _Choice(Struct):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(Struct):
    choices: list[_Choice] = field(default_factory=list[_Choice])
    usage: _Usage | None = None
    model: str | None = None


def _read(body: bytes, model: str, most: Usage, prompt_hash: str) -> Reply:
    """A completion. One that is none, though its status was good, is a server's fault and not an answer."""
    try:
        completion = msgspec.json.decode(body, type=_Completion)
    except msgspec.DecodeError as error:
        raise UnavailableError(coded("the judge sends what is no chat completion ({words})", words=error)) from error
    if not completion.choices:
        raise UnavailableError(coded("the judge sends a chat completion without a choice"))
    choice, used = completion.choices[0], completion.usage
    usage = most
    if used is not None:
        cached = (used.prompt_tokens_details and used.prompt_tokens_details.cached_tokens) or 0
        usage = Usage(
            calls=1,
            tokens_in=max(0, used.prompt_tokens),
            tokens_cached=max(0, min(cached, used.prompt_tokens)),
            tokens_out=max(0, used.completion_tokens),
        )
    return Reply(
        text=choice.message.content or "",
        is_cut=choice.finish_reason == "length",
        is_refused=bool(choice.message.refusal) or choice.finish_reason == "content_filter",
        usage=usage,
        prompt_hash=prompt_hash,
        model=completion.model or model,
        tokens=tuple((each.token, each.logprob) for each in (choice.logprobs and choice.logprobs.content) or ()),
    )


def _client(address: Address) -> "OpenAI":
    """Return a client that connects to this address alone, whatever the environment holds."""
    from openai import DefaultHttpxClient, OpenAI, Timeout  # noqa: PLC0415  (an extra)

    for name in ("openai", "httpx2", "httpcore2"):  # at a lower level they log what is sent: what people said
        logging.getLogger(name).setLevel(logging.WARNING)
    return OpenAI(
        base_url=address.url,
        api_key=address.api_key or "none",
        max_retries=address.retries,
        timeout=Timeout(address.timeout_s, connect=min(CONNECT_S, address.timeout_s)),
        # What is sent are transcripts: a server that points elsewhere does not get them sent there.
        http_client=DefaultHttpxClient(
            transport=transport(OPERATOR, "httpx2", "httpcore2"),
            follow_redirects=False,
            event_hooks={"request": [_strip]},
        ),
    )


def _strip(request: Any) -> None:  # noqa: ANN401  (of the client's own HTTP library)
    """Keep only the headers that are needed: the client adds some about the machine and other programs' environment.

    It reads its own ``x-stainless-raw-response`` again when the reply is there.
    """
    for name in [name for name in request.headers if name.lower() not in _HEADERS]:
        del request.headers[name]


def _hash(parameters: Mapping[str, Any]) -> str:
    """Of all that is sent and that an answer depends on: 32 hexadecimal digits."""
    asked = {name: value for name, value in parameters.items() if name != "logprobs"}
    return blake2b(msgspec.json.encode(asked, order="deterministic"), digest_size=16).hexdigest()


def _cause(error: Exception) -> str:
    """Return the underlying fault, in few words."""
    inner = error.__cause__ or error
    return _beginning(str(inner) or type(inner).__name__)


def _beginning(text: str) -> str:
    """Return the beginning of a server's text, on one line."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def _seconds(error: "APIStatusError") -> float | None:
    """Return the seconds after which the server wants to be asked again, where it gives them."""
    said = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        return None
