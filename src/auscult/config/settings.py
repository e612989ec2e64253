"""Settings as a struct: each field has a default, and a note that describes the accepted values."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.scoring.judging import BILLION, Allowance, Prices

_AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"


class Settings(Struct, frozen=True, kw_only=True):
    """All settings. Field ``batch_size`` is variable ``AUSCULT_BATCH_SIZE``; the note describes the accepted values."""

    database_url: Annotated[
        str,
        Meta(
            pattern="^(sqlite:///|postgresql://)", description="sqlite:///file.db or postgresql://user@host:port/name"
        ),
    ] = "sqlite:///auscult.db"
    secret_key: Annotated[
        Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}=$")] | None,
        Meta(description="32 random bytes as URL-safe base64 (44 characters)"),
    ] = None
    state_dir: Annotated[
        str, Meta(description="a folder for key files of PostgreSQL databases, vectors of passages, and the encoder")
    ] = ""
    host: Annotated[str, Meta(min_length=1, description="an address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="a port from 0 (any free one) to 65535")] = 8484
    workers: Annotated[int, Meta(ge=0, le=64, description="worker processes next to the server, from 0 to 64")] = 1
    workers_most: Annotated[
        int,
        Meta(
            ge=0,
            le=64,
            description="worker processes for loads while many conversations wait, at most one per core, from 0 to 64",
        ),
    ] = 2
    processes: Annotated[
        int, Meta(ge=1, le=64, description="processes that serve on the port together, from 1 to 64")
    ] = 1
    batch_size: Annotated[int, Meta(ge=1, le=5000, description="conversations in one batch, from 1 to 5000")] = 250
    backlog: Annotated[
        int,
        Meta(ge=0, description="conversations that may wait to be scored before more are refused; 0 for any number"),
    ] = 500_000
    conversation_s: Annotated[
        int, Meta(ge=0, le=3600, description="processor seconds that evaluating one conversation may take; 0 for any")
    ] = 10
    poll_ms: Annotated[
        int,
        Meta(
            ge=20,
            le=60_000,
            description="milliseconds between two looks for work that no database announces, from 20 to 60000",
        ),
    ] = 50
    rate_limit: Annotated[
        int, Meta(ge=0, description="requests a minute that one account may make; 0 for no limit")
    ] = 6000
    page_maximum: Annotated[
        int, Meta(ge=100, le=10_000, description="largest page of the Quality reports, from 100 to 10000")
    ] = 100
    request_bytes: Annotated[int, Meta(ge=1024, description="largest request body in bytes, 1024 or more")] = 256 << 20
    turn_bytes: Annotated[int, Meta(ge=1, description="largest text of one turn in bytes, 1 or more")] = 64 << 10
    turns: Annotated[int, Meta(ge=1, description="most turns of one conversation, 1 or more")] = 20_000
    document_bytes: Annotated[int, Meta(ge=1, description="largest document in bytes, 1 or more")] = 32 << 20
    custom_fields: Annotated[
        int, Meta(ge=1, le=100_000, description="most custom fields of one conversation, from 1 to 100000")
    ] = 1_000
    server_connections: Annotated[
        int,
        Meta(
            ge=4,
            le=1000,
            description="connections of one serving process to PostgreSQL, without those for pages; 4 or more",
        ),
    ] = 16
    page_connections: Annotated[
        int, Meta(ge=1, le=1000, description="connections of one serving process over which it reads pages, 1 or more")
    ] = 8
    worker_connections: Annotated[
        int,
        Meta(ge=4, le=1000, description="connections of one worker to PostgreSQL, including those of DBOS; 4 or more"),
    ] = 8
    redis_url: Annotated[
        Annotated[str, Meta(pattern="^rediss?://")] | None,
        Meta(description="redis://host:port/number, to count rate limits there and not in the database"),
    ] = None
    outgoing_networks: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="private networks that webhooks, connectors and links to recordings may reach, such as "
            "10.0.0.0/8 fd00::/8; without it only the internet"
        ),
    ] = None
    smtp_url: Annotated[
        Annotated[str, Meta(pattern="^smtps?://")] | None,
        Meta(description="smtp://user:password@host:587 or smtps://host; without it no e-mail is sent"),
    ] = None
    mail_from: Annotated[str | None, Meta(description="the sender of e-mail, such as quality@example.com")] = None
    public_url: Annotated[
        Annotated[str, Meta(pattern="^https?://[^ ]*[^ /]$")] | None,
        Meta(
            description="the address of this server for people, such as https://quality.example.com: links in e-mail and to recordings begin with it"
        ),
    ] = None
    connector_folders: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="folders, separated by :, in which connectors that are applied over the API may read"),
    ] = None
    sso_file: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a file with the identity provider and what its groups may do"),
    ] = None
    token_audience: Annotated[str | None, Meta(description="the audience that a token with an aud claim must name")] = (
        None
    )
    token_life_s: Annotated[
        int, Meta(ge=0, description="seconds that a client's token may last, from iat to exp; 0 for any time")
    ] = 0
    personal_token_days: Annotated[
        int, Meta(ge=1, le=366, description="days that a personal token may last, from 1 to 366")
    ] = 366
    judge_url: Annotated[
        Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None,
        Meta(description="an OpenAI-compatible server, its address up to /v1: http://127.0.0.1:8000/v1"),
    ] = None
    judge_model: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        Meta(description="the model, as that server calls it"),
    ] = None
    judge_api_key: Annotated[str | None, Meta(description="the key that the judge's server asks for")] = None
    judge_context: Annotated[
        int, Meta(ge=1024, description="tokens that the model can hold, in and out together, 1024 or more")
    ] = 32_768
    judge_concurrency: Annotated[
        int, Meta(ge=1, le=256, description="conversations that one worker sends to the judge at a time, from 1 to 256")
    ] = 4
    judge_concurrency_total: Annotated[
        int,
        Meta(
            ge=0, le=10_000, description="questions that all workers and servers may ask it at a time; 0 for no limit"
        ),
    ] = 0
    judge_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="seconds to wait for one reply of the judge, from 1 to 3600")
    ] = 120
    judge_retries: Annotated[
        int, Meta(ge=0, le=10, description="immediate retries of a request that failed, from 0 to 10")
    ] = 2
    judge_summaries: Annotated[
        Literal["along", "all", "none"],
        Meta(
            description="along: a summary is asked for in calls that are made anyway; all: for every conversation; or none"
        ),
    ] = "along"
    judge_answers_s: Annotated[
        int,
        Meta(
            ge=0,
            le=60,
            description="seconds to wait for an answer that the judge writes for an agent; 0 to quote passages instead",
        ),
    ] = 8
    judge_ranking_ms: Annotated[
        int,
        Meta(
            ge=0,
            le=2000,
            description="milliseconds to wait for the judge's order of the passages that an agent chooses from; "
            "0 to ask for none",
        ),
    ] = 300
    judge_explanations_s: Annotated[
        int,
        Meta(
            ge=0,
            le=300,
            description="seconds to wait for the judge's answer to a question about a page; 0 to ask no such questions",
        ),
    ] = 30
    judge_tokens_per_day: Annotated[
        int, Meta(ge=0, description="tokens, in and out, that all workers may use in a day (UTC); 0 for no limit")
    ] = 0
    judge_cost_per_day: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="what all workers may spend in a day (UTC), in the currency of the prices, such as 12.50"),
    ] = None
    judge_price_in: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="the price of a million tokens that the judge reads, such as 0.15"),
    ] = None
    judge_price_cached: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="the price of a million of these that its server has in its cache; without it the same price"),
    ] = None
    judge_price_out: Annotated[
        Annotated[str, Meta(pattern=_AMOUNT)] | None,
        Meta(description="the price of a million tokens that the judge writes, such as 0.60"),
    ] = None
    reranker_url: Annotated[
        Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None,
        Meta(
            description="a cross-encoder that orders the passages that an agent chooses from, its whole address: "
            "http://127.0.0.1:8080/rerank"
        ),
    ] = None
    reranker_model: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        Meta(description="the model, as that server calls it; unset for text-embeddings-inference"),
    ] = None
    reranker_api_key: Annotated[str | None, Meta(description="the key that the cross-encoder's server asks for")] = None
    reranker_ms: Annotated[
        int, Meta(ge=1, le=2000, description="milliseconds to wait for its order, from 1 to 2000")
    ] = 300
    hosts_file: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a file that lists the hosts that forms may call (docs/reference/hosts.md)"),
    ] = None
    hosts_concurrency: Annotated[
        int, Meta(ge=1, le=256, description="concurrent requests of one worker to these hosts, from 1 to 256")
    ] = 8
    tables_dir: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a folder of tables for scoring without a database: plans.csv is the table plans"),
    ] = None
    embeddings: Annotated[
        Literal["wordllama", "meaning", "semantic"],
        Meta(
            description="wordllama, meaning for the encoder of `auscult meaning install`, or semantic for a sentence-transformers model (docs/how-to/embed-with-a-model.md)"
        ),
    ] = "wordllama"
    embeddings_model: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="a folder with such a model, or an installed package that contains one"),
    ] = None
    engines: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="names of engines of plug-ins to use, separated by commas (docs/how-to/write-a-plug-in.md)"),
    ] = None
    analyzers: Annotated[
        str,
        Meta(
            min_length=1,
            description="analyses in addition to the score: all, none, or names of analyzers separated by commas",
        ),
    ] = "all"
    agent_emotions: Annotated[
        Literal["on", "off"],
        Meta(description="on, or off: emotions of agents are detected in no app (docs/explanation/rules-at-work.md)"),
    ] = "on"
    votes: Annotated[
        Literal["on", "off"],
        Meta(
            description="on, or off: heads for dialogue acts vote, with the words, on insights and metrics "
            "(English, Spanish, German, French, Portuguese)"
        ),
    ] = "on"
    seals_to: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="a file, an http(s) URL, or s3://bucket/prefix (gs://, az://) that gets the head of each seal of the log"
        ),
    ] = None
    log_days: Annotated[
        Annotated[int, Meta(ge=1, le=36_500)] | None,
        Meta(description="days that entries of the access log are kept; unset: for good"),
    ] = None
    erasures_to: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="a file on another disk that lists erasures, as keyed hashes, and holds, encrypted; "
            "`auscult restore` erases and holds the same again. While it cannot be written, nothing is erased"
        ),
    ] = None
    recordings: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="a folder for sound, shared by all hosts, or s3://bucket/prefix; without it a folder next to "
            "SQLite's file, and with PostgreSQL no sound is accepted"
        ),
    ] = None
    recording_encryption: Annotated[
        Literal["off", "on"], Meta(description="off, or on: new recordings are encrypted with the app's key")
    ] = "off"
    recording_links: Annotated[
        Literal["none", "public", "any"],
        Meta(
            description="addresses from which linked recordings are fetched: public, any (including private networks), or none"
        ),
    ] = "public"
    recording_objects: Annotated[
        Annotated[str, Meta(pattern="^(s3|gs|az|abfss?)://[^ ]+( (s3|gs|az|abfss?)://[^ ]+)*$")] | None,
        Meta(
            description="s3://bucket/prefix, gs:// or az://, separated by spaces: documents may link to recordings below these"
        ),
    ] = None
    recording_copies: Annotated[
        Literal["on", "off"],
        Meta(description="on, or off: recordings in recording_objects are checked, but not copied"),
    ] = "on"
    recording_bytes: Annotated[int, Meta(ge=1024, description="largest recording in bytes, 1024 or more")] = 2 << 30
    recording_link_s: Annotated[
        int, Meta(ge=1, le=604_800, description="seconds for which links to recordings are valid, 1 or more")
    ] = 900
    transcriber_url: Annotated[
        Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None,
        Meta(description="an OpenAI-compatible server of speech to text, its address up to /v1"),
    ] = None
    transcriber_folder: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="a folder with a Whisper model in the format of CTranslate2, for speech to text on this machine "
            "(package faster-whisper); transcriber_url has precedence"
        ),
    ] = None
    transcriber_model: Annotated[
        str, Meta(min_length=1, max_length=200, description="its model, as that server calls it")
    ] = "whisper-1"
    transcriber_api_key: Annotated[str | None, Meta(description="the key that this server asks for")] = None
    transcriber_timeout_s: Annotated[
        int, Meta(ge=1, le=7200, description="seconds to wait for one channel of a recording, from 1 to 7200")
    ] = 600
    transcriber_minutes_per_day: Annotated[
        int, Meta(ge=0, description="minutes of sound, by channel, to transcribe in a day (UTC); 0 for no limit")
    ] = 0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="debug, info, warning or error")
    ] = "warning"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="text, or json for one JSON object a line on stderr")
    ] = "text"
    traces_url: Annotated[
        Annotated[str, Meta(pattern="^https?://[^ ]+$")] | None,
        Meta(
            description="an OpenTelemetry collector that accepts OTLP over HTTP: http://127.0.0.1:4318; without it no traces"
        ),
    ] = None
    traces_percent: Annotated[
        int, Meta(ge=0, le=100, description="the percentage of the traces that begin here to record, from 0 to 100")
    ] = 10
    migrate: Annotated[
        Literal["auto", "never"],
        Meta(description="auto: every command brings the tables up to date; never: only auscult migrate does"),
    ] = "auto"
    operators: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(
            description="e-mail addresses, separated by spaces, of users who see figures of all accounts in the console"
        ),
    ] = None
    metrics_token: Annotated[
        Annotated[str, Meta(min_length=16)] | None,
        Meta(
            description="a bearer token of 16 characters or more that /metrics asks for; without it, /metrics is open and "
            "/metrics/accounts closed"
        ),
    ] = None
    hsts_s: Annotated[
        int,
        Meta(
            ge=0,
            le=63_072_000,
            description="seconds for which browsers that connected over TLS use only TLS (HSTS), such as 31536000; 0 for no header",
        ),
    ] = 0
    disk_free_mb: Annotated[
        int,
        Meta(ge=0, description="free space in MiB below which an SQLite server is not ready; 0 for no check"),
    ] = 64

    @property
    def judge_prices(self) -> Prices | None:
        """Return the prices of the judge's tokens, where they are set."""
        if self.judge_price_in is None or self.judge_price_out is None:
            return None
        return Prices(
            tokens_in=Decimal(self.judge_price_in),
            tokens_cached=Decimal(self.judge_price_cached or self.judge_price_in),
            tokens_out=Decimal(self.judge_price_out),
        )

    @property
    def judge_allowance(self) -> Allowance:
        """Return the limits of a day."""
        cost = self.judge_cost_per_day
        return Allowance(
            tokens=self.judge_tokens_per_day or None, cost=None if cost is None else int(Decimal(cost) * BILLION)
        )
