"""The addresses that people try first."""

import re

import pytest

from tests.e2e.serving import Service, told


@pytest.mark.landing
def test_the_root_leads_a_browser_to_the_console(service: Service) -> None:
    """A program gets the addresses of everything instead, without a token."""
    shown = service.http.get(f"{service.url}/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (shown.status_code, shown.headers["location"]) == (303, "/console")
    for path in ("/", "/api/v1", "/api/v1/"):
        links = service.http.get(service.url + path).json()["links"]
        assert {"docs": "/docs", "openapi": "/openapi.json", "api": "/api/v1"}.items() <= links.items()
        for link in set(links.values()) - {"/console"}:
            assert service.http.get(service.url + link).status_code == 200, link


@pytest.mark.landing
def test_a_content_type_names_its_charset_once(service: Service) -> None:
    """In pages, styles, scripts and the figures for monitoring."""
    page = service.http.get(f"{service.url}/console/sign-in")
    assets = set(re.findall(r"/console/[^\"' ]+\.(?:css|js)", page.text))
    assert assets
    for path in ("/console/sign-in", "/metrics", "/docs", *assets):
        answer = service.http.get(service.url + path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].count("charset=utf-8") == 1, (path, answer.headers["content-type"])


def test_the_vendors_paths_keep_their_404(service: Service) -> None:
    """Below the root nothing else is served, in the vendor's shape."""
    for path in ("/qualityai", "/api", "/api/v1/public/x", "/x"):
        answer = service.http.get(service.url + path)
        assert (answer.status_code, told(answer)["reason"]) == (404, "path.unknown")
