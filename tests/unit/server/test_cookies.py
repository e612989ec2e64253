"""The cookie of a session among those of other programs."""

import pytest

from auscult.server.people.cookies import cookie_of


@pytest.mark.parametrize("others", ["", 'prefs={"lang":"de"}', "wp[x]=1", "a/b=1", "=; ;", 'x="a\\"b'])
def test_cookies_of_other_programs_do_not_matter(others: str) -> None:
    """On one host all ports share them, and they may have any form."""
    assert cookie_of({"cookie": f"{others}; auscult_session=s.m; more=1"}, "auscult_session") == "s.m"
    assert cookie_of({"cookie": others}, "auscult_session") == ""
