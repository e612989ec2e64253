"""The addresses that people try first."""

from tests.e2e.serving import Service, told


def test_the_root_leads_a_browser_to_the_console(service: Service) -> None:
    """A program gets the addresses of everything instead, without a token."""
    shown = service.http.get(f"{service.url}/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (shown.status_code, shown.headers["location"]) == (303, "/console")
    for path in ("/", "/api/v1", "/api/v1/"):
        links = service.http.get(service.url + path).json()["links"]
        assert {"docs": "/docs", "openapi": "/openapi.json", "api": "/api/v1"}.items() <= links.items()
        for link in set(links.values()) - {"/console"}:
            assert service.http.get(service.url + link).status_code == 200, link


def test_the_vendors_paths_keep_their_404(service: Service) -> None:
    """Below the root nothing else is served, in the vendor's shape."""
    for path in ("/qualityai", "/api", "/api/v1/public/x", "/x"):
        answer = service.http.get(service.url + path)
        assert (answer.status_code, told(answer)["reason"]) == (404, "path.unknown")
