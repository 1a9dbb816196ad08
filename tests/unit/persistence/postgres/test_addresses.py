"""Addresses mean what libpq makes of them: it is asked, and so is the real psql."""

import asyncio
import os
import pwd
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import asyncpg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from persistence.postgres.addresses.address import Address
from persistence.postgres.addresses.conninfo import KEYWORDS, AddressError, read_conninfo
from persistence.postgres.login import log_in
from tests.support.databases import libpq
from tests.support.databases.postgres import BINARIES
from tests.support.drawn.effort import tries

# What means something somewhere in an address, and a few letters.
MARKS: Final = "ab1é:/@?#&=,%[]'\\ .-+"
RAW: Final = st.text(MARKS, max_size=24)
WORD: Final = st.text("ab1é:/@?#&=,%[]'\\ ", min_size=1, max_size=6)
PART: Final = st.one_of(WORD.map(lambda text: quote(text, safe="")), st.text(MARKS, max_size=5))
OPTION: Final = st.tuples(st.sampled_from([*sorted(KEYWORDS), "ssl", "nothing"]), st.one_of(PART, st.just("true")))


@st.composite
def uris(draw: st.DrawFn) -> str:
    """Draw an address after libpq's grammar, each part written well or not."""
    host = st.one_of(PART, st.sampled_from(["[::1]", "h", "10.0.0.1", "%2Frun%2Fpostgresql"]))
    port = st.one_of(st.just(""), st.sampled_from([":5432", ":1", ":"]), PART.map(lambda text: f":{text}"))
    hosts = draw(st.lists(st.tuples(host, port).map("".join), max_size=3))
    login = draw(st.one_of(st.just(""), PART.map(lambda user: f"{user}@"), st.tuples(PART, PART).map(":".join)))
    database = draw(st.one_of(st.just(""), PART.map(lambda name: f"/{name}")))
    options = draw(st.lists(OPTION.map("=".join), max_size=3))
    query = f"?{'&'.join(options)}" if options else ""
    at = "@" if login and not login.endswith("@") else ""
    return f"{draw(st.sampled_from(['postgresql', 'postgres']))}://{login}{at}{','.join(hosts)}{database}{query}"


@st.composite
def pairs(draw: st.DrawFn) -> str:
    """Draw a list of keywords and values, in quotes or not."""
    quoted = WORD.map(lambda text: "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'")
    value = st.one_of(quoted, PART)
    items = draw(st.lists(st.tuples(st.sampled_from(sorted(KEYWORDS)), value), min_size=1, max_size=4))
    sign = draw(st.sampled_from(["=", " = ", "= "]))
    return " ".join(f"{keyword}{sign}{text}" for keyword, text in items)


@tries(500)
@given(st.one_of(uris(), pairs(), RAW.map(lambda text: f"postgresql://{text}"), RAW.map(lambda text: f"host={text}")))
@example("postgresql://u:p#a?s@h/d")
@example("postgresql://u:p@a:1,b:2,c/d?target_session_attrs=read-write&channel_binding=require")
@example("postgresql://h/d?a&b=c")
@example("postgresql://h?sslmode=a=b")
@example("postgresql://?host=/tmp&ssl=true")
@example("postgresql://h/d?")
@example("postgresql://h/d?host=x&")
@example("host='a\\'b' password=\\ x")
def test_an_address_has_the_options_that_libpq_reads(text: str) -> None:
    try:
        found = read_conninfo(text)
    except AddressError:
        found = None
    assert found == libpq.parse(text)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home without anything in it, and an environment that names no server."""
    for name in os.environ:
        if name.startswith("PG"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def login_of(text: str) -> libpq.Login | None:
    """Return with what we would log in first."""
    try:
        address = Address.read(text)
    except AddressError:
        return None
    first = next(iter(address.attempts()))
    return libpq.Login(first["host"], str(first["port"]), first["user"], first["database"], first["password"])


ENVIRONMENTS: Final = [
    {},
    {"PGHOST": "127.0.0.2", "PGPORT": "5555", "PGUSER": "eve", "PGPASSWORD": "pass", "PGDATABASE": "base"},
    {"PGHOST": "127.0.0.2,127.0.0.3", "PGPORT": "1,2"},
    {"PGHOST": "127.0.0.2", "PGPORT": "1,2"},
    {"PGUSER": "", "PGDATABASE": "", "PGPORT": ""},
    {"PGSERVICE": "one", "PGSERVICEFILE": "{home}/services"},
    {"PGSERVICE": "two", "PGUSER": "eve"},
    {"PGSERVICE": "none"},
    {"PGPASSFILE": "{home}/others"},
    {"PGSSLMODE": "nonsense"},
    {"PGCHANNELBINDING": "disable", "PGGSSENCMODE": "disable", "PGTARGETSESSIONATTRS": "any"},
    {"PGTARGETSESSIONATTRS": "nonsense"},
    {"PGCONNECT_TIMEOUT": "3", "PGAPPNAME": "me", "PGCLIENTENCODING": "UTF8", "PGOPTIONS": "-c geqo=off"},
]
TEXTS: Final = [
    "postgresql://u@127.0.0.1/d",
    "postgresql://",
    "postgresql://u:own@127.0.0.1:77/d?connect_timeout=2",
    "postgresql:///d?host=127.0.0.1&port=78",
    "postgresql://u@/d?service=two",
    "postgresql://127.0.0.1:0/d",
    "postgresql://127.0.0.1:70000/d",
    "postgresql://127.0.0.1:1,127.0.0.1:2,127.0.0.1/d",
    "postgresql://127.0.0.1:,127.0.0.5:2/d",
    "host=127.0.0.1 port=' 79 ' user=u dbname=d",
    "host=127.0.0.1 sslmode=maybe user=u",
    "host=127.0.0.1,127.0.0.2 port=1,2,3 user=u",
    "postgresql://u@127.0.0.1/d?keepalives=1&keepalives_idle=30&tcp_user_timeout=5&gssencmode=prefer",
    "postgresql://u@127.0.0.1/d?passfile={home}/others",
]


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
def test_what_an_address_leaves_open_is_found_where_libpq_finds_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    home.joinpath("services").write_text("# ours\n[one]\nhost=127.0.0.9\nport=91\nuser=one\n\n[two]\nhost=127.0.0.7\n")
    home.joinpath(".pg_service.conf").write_text("[two]\nhost=127.0.0.8\ndbname=second\n")
    for name, secret in ((".pgpass", "usual"), ("others", "unusual")):
        file = home / name
        file.write_text(f"# all of them\nnowhere:*:*:*:no\n127.0.0.1:77:*:*:seven\n*:*:*:*:{secret}\n")
        file.chmod(0o600)
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(home=home))
    for text in TEXTS:
        # Where a socket is when nothing names a server, depends on how libpq was built.
        if "127.0.0" in text or "two" in text or "PGHOST" in environment:
            assert login_of(text.format(home=home)) == libpq.start(text.format(home=home)), text


def test_a_number_of_a_host_is_where_to_connect_and_its_name_what_to_look_up(home: Path) -> None:
    file = home / ".pgpass"
    file.write_text("name:*:*:*:secret\n")
    file.chmod(0o600)
    assert login_of("host=name hostaddr=127.0.0.4 user=u") == libpq.Login("127.0.0.4", "5432", "u", "u", "secret")


FIELD: Final = st.text("ad:\\*# é", max_size=4)
LINE: Final = st.lists(st.one_of(FIELD, st.sampled_from(["*", "127.0.0.1", "5432", "d", "a:d"])), max_size=6)


def escape(text: str) -> str:
    return text.replace("\\", r"\\").replace(":", r"\:")


@tries(60)
@given(
    st.lists(st.tuples(LINE, st.booleans()), max_size=4),
    st.sampled_from(["a:d", "a\\", "ad"]),
    st.sampled_from(["d", "a:d", "#"]),
)
def test_a_password_file_has_the_password_that_libpq_finds(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[list[str], bool]], user: str, database: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "passwords"
    text = "\n".join(":".join(map(escape, fields) if escaped else fields) for fields, escaped in lines)
    file.write_text(text)
    file.chmod(0o600)
    address = f"postgresql://{quote(user, safe='')}@127.0.0.1/{quote(database, safe='')}?passfile={file}"
    assert login_of(address) == libpq.start(address)


def test_a_password_file_that_others_may_read_is_passed_over_and_named(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = home / ".pgpass"
    file.write_text("*:*:*:*:secret\n")
    file.chmod(0o644)
    found = login_of("postgresql://u@127.0.0.1/d")
    assert found is not None
    assert found.password == ""
    assert str(file) in caplog.text
    assert "secret" not in caplog.text


OPTIONS: Final = [
    "",
    "?sslmode=disable",
    "?sslmode=prefer&channel_binding=prefer",
    "?sslmode=require",
    "?sslmode=require&channel_binding=require",
    "?channel_binding=require",
    "?sslmode=verify-full",
    "?sslmode=nonsense",
    "?connect_timeout=5&keepalives=1&keepalives_idle=10&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=9",
    "?gssencmode=disable",
    "?gssencmode=require",
    "?target_session_attrs=read-write",
    "?target_session_attrs=read-only",
    "?target_session_attrs=standby",
    "?target_session_attrs=prefer-standby",
    "?target_session_attrs=primary&load_balance_hosts=random",
    "?options=-c%20geqo%3Doff%20-c%20statement_timeout%3D5s",
    "?options=-cnothing%3Dx",
    "?application_name=mine&fallback_application_name=yours",
    "?client_encoding=LATIN1",
    "?client_encoding=auto",
    "?statement_timeout=5",
    "?sslsni=0&sslcompression=0&krbsrvname=postgres",
    "?ssl=true",
    "?hostaddr=127.0.0.1",
    "?user=nobody_of_this_name",
]


def psql_connects(text: str) -> bool:
    command = [str(BINARIES / "psql"), "--no-psqlrc", "--no-password", "--command", "SELECT 1", text]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0


def we_connect(text: str) -> bool:
    async def connect() -> None:
        connection = await log_in(text, 10)
        assert await connection.fetchval("SELECT 'Ω'") == "Ω"
        await connection.close()

    try:
        asyncio.run(connect())
    except (AddressError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        return False
    return True


@pytest.mark.parametrize("options", OPTIONS)
def test_what_psql_connects_to_we_connect_to(home: Path, postgres_url: str, options: str) -> None:
    del home
    assert we_connect(postgres_url + options) == psql_connects(postgres_url + options)


def test_the_next_server_is_tried_when_one_is_away(home: Path, postgres_url: str) -> None:
    del home
    parts = urlsplit(postgres_url)
    text = f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{parts.port}{parts.path}?target_session_attrs=read-write"
    assert psql_connects(text)
    assert we_connect(text)


def test_what_guards_a_login_and_cannot_be_had_is_told() -> None:
    address = Address.read("postgresql://u@h/d?channel_binding=require&require_auth=scram-sha-256", {})
    assert len(address.remarks) == 2
    assert address.tls["sslmode"] == "require"
    assert Address.read("postgresql://u@h/d?sslrootcert=system", {}).tls["sslmode"] == "verify-full"


def test_an_address_shows_no_password() -> None:
    address = Address.read("postgresql://u:secret@h:7,i/d", {})
    assert str(address) == "h:7,i:5432/d"
    assert "secret" not in repr(address)


@pytest.mark.parametrize("text", ["postgresql://u:a/b@h/d", "postgresql://u:50%@h/d", "postgresql://u:p@ss%x@h/d"])
def test_a_password_that_must_be_encoded_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(AddressError, match=r"in a password, write @ as %40, / as %2F and % as %25$"):
        Address.read(text, {})


@pytest.mark.parametrize("name", ["sslrootcert", "sslcert", "sslkey", "sslcrl"])
def test_a_file_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(AddressError, match=rf"^{name}=/missing.pem: there is no such file$"):
        Address.read(f"postgresql://u@h/d?{name}=/missing.pem", {})


def test_the_user_is_the_processes_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "nobody-else")
    monkeypatch.setenv("LOGNAME", "nobody-else")
    assert Address.read("postgresql://h/d", {}).user == pwd.getpwuid(os.geteuid()).pw_name
