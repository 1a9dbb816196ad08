"""GraphQL over HTTP, as the suite of graphql-http sees it."""

from tests.support.programs.clients import Start
from tests.support.servers.served import Served

AUDITS = 61


def test_every_audit_passes(served: Served, start: Start) -> None:
    audits = start("audit.mjs", served.url).rest()
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == AUDITS
