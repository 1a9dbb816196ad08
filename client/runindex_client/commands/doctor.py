"""`doctor`: whether what this process would report arrives, and if not, why."""

import argparse
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from runindex_client.commands.terminal import coloured, is_plain, seen
from runindex_client.problems import Refused, RunIndexError
from runindex_client.sending.transport import Transport
from runindex_client.settings import DEFAULT_URL, ENDPOINT, Settings
from runindex_client.spool.directory import Held, contents

if TYPE_CHECKING:
    import httpx

SECONDS: Final = 5.0
CLOCK_SECONDS: Final = 5.0  # Date has whole seconds, and the answer takes its time
READ: Final = "{ changeCursor }"
WRITE: Final = "mutation ($id: ID!) { touchRun(input: {id: $id}) { ... on Problem { code } } }"
STATUSES: Final = {"ok": "COMPLETED", "note": "CANCELLED", "fail": "FAILED"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is (ok, note, fail), and what is to be done."""

    state: str
    subject: str
    words: str


def run(options: argparse.Namespace) -> int:
    """Print what was found; return 1 if something would keep reports from arriving."""
    del options
    settings = Settings.from_environment()
    findings = [*_server(settings), *_spool(settings)]
    for finding in findings:
        state = coloured(f"{finding.state:4}", STATUSES[finding.state], is_plain=is_plain() or not _is_terminal())
        print(f"{state}  {finding.subject:8} {seen(finding.words)}")
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def _server(settings: Settings) -> list[Finding]:
    """Look for the server; where there is none, nothing of it can be said."""
    address = settings.url.removesuffix(ENDPOINT)
    given = "" if address != DEFAULT_URL else " (RUNINDEX_URL names another)"
    try:
        answer = _get(f"{address}/livez")
    except RunIndexError as error:
        return [Finding("fail", "address", f"{error}{given}")]
    if not answer.is_success:
        told = f"{address} answers {answer.status_code}: {answer.text.strip()[:200]}"
        return [Finding("fail", "address", f"{told}{given}")]
    found = [Finding("ok", "address", f"{address} answers"), _version(answer), _clock(answer)]
    transport = Transport(settings.url, settings.token)
    try:
        return [*found, *_rights(transport.execute, settings.token)]
    finally:
        transport.close()


def _get(url: str) -> "httpx.Response":
    import httpx

    try:
        return httpx.get(url, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RunIndexError(f"{url} does not answer: {str(error) or type(error).__name__}") from None


def _version(answer: "httpx.Response") -> Finding:
    version = answer.headers.get("runindex-version")
    if version is None:
        return Finding("note", "version", "the server does not tell its version: it is old, or is none of RunIndex")
    return Finding("ok", "version", f"RunIndex {version}")


def _clock(answer: "httpx.Response") -> Finding:
    """Compare the clocks: times of results are this machine's, those of runs the server's."""
    try:
        there = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return Finding("note", "clock", "the server does not tell the time")
    ahead = (datetime.now(timezone.utc) - there).total_seconds()
    if abs(ahead) <= CLOCK_SECONDS:
        return Finding("ok", "clock", "as the server's")
    how = "ahead of" if ahead > 0 else "behind"
    return Finding("note", "clock", f"{abs(ahead):,.0f} s {how} the server's: results have other times than their runs")


def _rights(execute: Callable[..., dict[str, Any]], token: str | None) -> list[Finding]:
    """Ask for something, and change a run that is not there."""
    which = "RUNINDEX_TOKEN" if token else "no token (RUNINDEX_TOKEN)"

    def asked(subject: str, document: str, variables: dict[str, str]) -> Finding:
        try:
            execute(document, variables)
        except Refused as refused:
            return Finding("fail", subject, f"the endpoint is not RunIndex's: {refused}")
        except RunIndexError as error:
            return Finding("fail", subject, f"{which}: {error}")
        return Finding("ok", subject, f"{which} suffices" if token else f"{which}, and none is needed")

    return [asked("read", READ, {}), asked("report", WRITE, {"id": str(uuid.uuid4())})]


def _spool(settings: Settings) -> list[Finding]:
    """Look at the spool: whether it can be written, and what is in it."""
    directory = settings.spool
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = directory / f"{uuid.uuid4().hex}.probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return [Finding("fail", "spool", f"{directory} cannot be written: {error.strerror} (RUNINDEX_SPOOL)")]
    held = [one for spool in settings.spools for one in contents(spool) if one.unsent]
    own = [one for one in held if one.url == settings.url]
    others = sorted({one.url for one in held} - {settings.url})
    left = [one for one in own if not one.is_live]
    found = [Finding("ok", "spool", f"{directory}: {_sum(own)}")]
    if left:
        found.append(Finding("note", "spool", f"{_sum(left)} left by ended processes: `runindex-client flush`"))
    if others:
        told = _sum([one for one in held if one.url in others])
        found.append(Finding("note", "spool", f"{told} for {' '.join(others)}"))
    return found


def _sum(held: list[Held]) -> str:
    if not held:
        return "nothing is unsent"
    size = sum(one.unsent for one in held)
    age = max(0.0, time.time() - min(one.since for one in held))
    return f"{size:,} bytes unsent in {len(held)} file{'s' if len(held) > 1 else ''}, the oldest of {_age(age)} ago"


def _age(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _is_terminal() -> bool:
    import sys

    return sys.stdout.isatty()
