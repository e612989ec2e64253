"""People of a served database: added as the operator does, and signed in as a browser does."""

from collections.abc import Mapping
from typing import Any

import httpx

from auscult.domain.people.principal import operator
from auscult.domain.tenancy import Tenant
from auscult.services.people.users import Access, Users
from tests.e2e.serving import TENANT, Service

PASSWORD = "correct horse battery"


def add(service: Service, name: str, role: str | None, tenant: Tenant = TENANT, **access: Any) -> str:
    """Add a user with a role; their e-mail address."""
    users = Users(service.store, operator())
    user = users.add(f"{name}@example.com", name.title(), tenant.account_id, PASSWORD)
    if role is not None:
        users.grant(user, tenant, Access(role=role, **access))
    return user.email


class Browser:
    """A browser that keeps cookies, and sends the Origin of its page with every request."""

    def __init__(self, service: Service, email: str | None = None, **headers: str) -> None:
        """Sign in as this user, if one is given."""
        self.service = service
        self.headers = {"Origin": service.url, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.cookies = httpx.Cookies()
        if email is not None:
            assert self.sign_in(email).status_code == 204

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in."""
        return self.ask("POST", "/session", {"email": email, "password": password})

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for a path under /api/v1. With ``headers``, those of the browser are left out."""
        http = self.service.http  # of all browsers, so it keeps no cookies
        sent = dict(self.headers if headers is None else headers)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = http.request(method, f"{self.service.url}/api/v1{path}", json=body, headers=sent)
        http.cookies.clear()
        self.cookies.extract_cookies(answer)
        return answer
