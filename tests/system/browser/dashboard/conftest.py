"""A page of the dashboard in a headless Chromium, driven by mouse and by keyboard: it asks nobody but its server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.programs import chromium
from tests.support.programs.chromium import Page
from tests.support.servers.served import Served


@pytest_asyncio.fixture
async def page(served: Served, tmp_path: Path) -> AsyncIterator[Page]:
    """Give a page that, at the end, has asked nobody but the server and had nothing to complain of."""
    async with chromium.open_page(tmp_path / "browser") as page:
        yield page
        own = (served.root, served.ws_url, "data:", "about:")
        assert [url for url in page.addresses if not url.startswith(own)] == []
        assert page.complaints == []
