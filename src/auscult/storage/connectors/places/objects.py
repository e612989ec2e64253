"""Stores of objects: S3 and what speaks its protocol, Google Cloud Storage, Azure Blob Storage; by obstore."""

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib.util import find_spec
from ipaddress import ip_network
from typing import Any

from msgspec import structs

from auscult.domain.connectors.document import Access, Kind
from auscult.domain.connectors.place import AccessRefusedError, Found, ItemError, PlaceError
from auscult.domain.delivery.addresses import Networks
from auscult.domain.errors import SettingsError, coded
from auscult.outgoing.relay import Relay

_PAGE = 1_000
_CREDENTIAL_SERVICES = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23")
_RETRIES = {"max_retries": 5, "retry_timeout": timedelta(seconds=60)}
_REFUSED = re.compile(
    "ExpiredToken|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|AccessDenied|AuthenticationFailed|"
    "TokenRefreshRequired|invalid_grant|Invalid Access Key|40[13] "
)
_NO_BUCKET = re.compile("NoSuchBucket|ContainerNotFound")
_MISSING = coded("the store has no such bucket or container")
_ANSWER = re.compile(r"<Code>(?P<code>[^<]+)</Code>(?:\s*<Message>(?P<message>[^<]*)</Message>)?")


class ObjectPlace:
    """Objects below a prefix. Without secrets the credentials are those of the environment."""

    def __init__(self, kind: Kind, place: str, access: Access, secrets: Mapping[str, str], networks: Networks) -> None:
        """``place``: ``s3://bucket/prefix``, ``gs://…``, ``az://container/prefix``. Raises ``SettingsError``, ``PlaceError``."""
        if find_spec("obstore") is None:
            raise SettingsError("a store of objects needs the extra objects; install auscult[objects]", field="place")
        import obstore  # noqa: PLC0415  (an extra)
        from obstore import exceptions  # noqa: PLC0415
        from obstore.store import AzureStore, GCSStore, S3Store  # noqa: PLC0415

        self._obstore: Any = obstore
        self._errors: Any = exceptions
        kinds: dict[str, Any] = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
        bucket, _, prefix = place.partition("://")[2].partition("/")
        config: dict[str, Any] = dict(secrets)
        config |= {name: value for name, value in (("endpoint", access.endpoint),) if value}
        if kind == "s3":
            config |= {"region": access.region} if access.region else {}
        if kind == "az" and access.account:
            config["account_name"] = access.account
        if access.anonymous:
            config["skip_signature"] = True
        # The library connects by itself, and would follow a redirect anywhere.
        allowed = networks if secrets or access.anonymous else _with_credentials_of_host(networks)
        self._relay = Relay(allowed, plain=allowed.without_internet())
        client = {"allow_http": access.endpoint.startswith("http://"), "timeout": timedelta(seconds=60)}
        with ExitStack() as failing, self._translated():
            failing.callback(self._relay.close)
            self._store: Any = kinds[kind](
                bucket,
                prefix=prefix.strip("/") or None,
                config=config,
                client_options={**client, "proxy_url": self._relay.url},
                retry_config=_RETRIES,
            )
            failing.pop_all()

    def listing(self) -> Iterator[Found]:
        """Yield all objects, in the store's order."""
        try:
            with self._translated():
                for page in self._obstore.list(self._store, chunk_size=_PAGE):
                    for each in page:
                        yield Found(each["path"], each["e_tag"], each["size"], each["last_modified"])
        except FileNotFoundError as error:
            raise PlaceError(_MISSING, field="place") from error

    def fetch(self, found: Found) -> bytes:
        """Return an object, as long as its etag is the one that was listed."""
        options = {"if_match": found.etag} if found.etag else {}
        try:
            with self._translated():
                return self._get(found.key, options)
        except FileNotFoundError as error:
            raise ItemError("it is gone since it was listed") from error
        except self._errors.PreconditionError as error:
            # Azure's protocol says this of an object that is gone, too.
            is_gone = not self._is_there(found.key)
            if is_gone:
                raise ItemError("it is gone since it was listed") from error
            raise ItemError("it was changed since it was listed") from error

    def read(self, key: str) -> bytes | None:
        """Return another object; None where there is none."""
        try:
            with self._translated():
                return self._get(key, {})
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """End the way to the store."""
        self._relay.close()

    def _is_there(self, key: str) -> bool:
        try:
            with self._translated():
                self._obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def _get(self, key: str, options: dict[str, Any]) -> bytes:
        found = self._obstore.get(self._store, key, options=options)
        return found.bytes().to_bytes()

    @contextmanager
    def _translated(self) -> Generator[None]:
        try:
            yield
        except (PlaceError, ItemError, FileNotFoundError, self._errors.PreconditionError):
            raise
        except Exception as error:
            raise self._translation(error) from error

    def _translation(self, error: Exception) -> Exception:
        if self._relay.refusal is not None:
            message = coded("the store cannot be asked: {fault}", fault=self._relay.refusal.coded)
            return PlaceError(message, field="access.endpoint")
        if isinstance(error, self._errors.NotFoundError):
            return FileNotFoundError()
        if _NO_BUCKET.search(str(error)):
            return PlaceError(_MISSING, field="place")
        refusals = (self._errors.PermissionDeniedError, self._errors.UnauthenticatedError)
        if isinstance(error, refusals) or _REFUSED.search(str(error)):
            return AccessRefusedError(
                "the store refuses the credentials: {fault}", fault=_short(error), field="secrets"
            )
        return PlaceError("the store cannot be read: {fault}", fault=_short(error), field="place")


def _with_credentials_of_host(networks: Networks) -> Networks:
    """Return networks with those of the services that give a machine its credentials, which only operators may use."""
    return structs.replace(networks, opened=(*networks.opened, *map(ip_network, _CREDENTIAL_SERVICES)))


def _short(error: Exception) -> str:
    """Return the part of an error that people need: the store's own code and message, where it gave any."""
    text = str(error)
    answer = _ANSWER.search(text)
    if answer:
        message = (answer["message"] or "").split("\n", 1)[0]  # Azure appends the request's id and its time
        return ": ".join(filter(None, (answer["code"], message)))
    return text.split("\n", 1)[0][:300]
