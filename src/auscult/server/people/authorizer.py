"""Admission to our own API: by a client's token, a personal token or a session's cookie."""

from auscult.domain.people.sessions import TOKEN_PREFIX
from auscult.server.asgi import Scope, headers_of
from auscult.server.auth.principal import Principal
from auscult.server.auth.tokens import bearer
from auscult.server.authorizer import RequestAuthorizer, check_headers
from auscult.server.people.cookies import check_origin, session_secret
from auscult.server.rest.threads import run
from auscult.services.operations.log_context import PRINCIPAL
from auscult.services.people.principals import Principals


class ApiAuthorizer(RequestAuthorizer):
    """Admission of clients and of people. A token in a header has precedence over a cookie."""

    def __init__(
        self, authorizer: RequestAuthorizer, principals: Principals, operator: Principal | None = None
    ) -> None:
        """Find clients as ``authorizer`` does, and people by ``principals``.

        Where ``operator`` is given, every request is the operator's: no network reaches such a server.
        """
        super().__init__(*authorizer.parts)
        self._principals = principals
        self._operator = operator

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller.

        Raises ``AccessError``: ``token.*``, ``session.ended``, ``origin.*``; ``LimitReachedError`` ``rate.exceeded``;
        ``RequestError`` ``header.repeated``.
        """
        check_headers(scope)
        if self._operator is not None:
            PRINCIPAL.set(self._operator.name)
            return self._operator
        headers = headers_of(scope)
        token, secret = bearer(headers), session_secret(scope, headers)
        if token.startswith(TOKEN_PREFIX):
            access = await run(lambda: self._principals.by_token(token))
        elif secret is not None and not token:
            check_origin(scope, headers, secret)
            access = await run(lambda: self._principals.by_session(secret))
        else:
            return await super().principal(scope)
        PRINCIPAL.set(f"user:{access.user.email}")
        await self.count(scope, access.user.account_id)
        return Principal.of_user(access)
