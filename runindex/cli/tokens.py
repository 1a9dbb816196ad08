"""The commands for tokens. They may run beside servers, which see the difference within seconds."""

import asyncio
import re
from dataclasses import replace
from typing import Final

import click

from runindex.cli.errors import in_one_line
from runindex.domain.errors import NotFoundError
from runindex.domain.instants import SECOND, Micros, format_instant
from runindex.domain.tokens import NAME, Token, TokenScope, named, new_token
from runindex.settings.settings import Settings, SettingsError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"([0-9]{1,6})([smhd])")


def _duration(_context: click.Context, _option: click.Parameter, text: str | None) -> Micros | None:
    """Return a duration; refuse what is none, and 0."""
    if text is None:
        return None
    match = _DURATION.fullmatch(text)
    if match is None or not int(match[1]):
        raise click.BadParameter("a number and a unit, as in 90s, 15m, 12h or 30d.")
    return int(match[1]) * _UNITS[match[2]] * SECOND


def _name(_context: click.Context, _option: click.Parameter, text: str) -> str:
    if not NAME.fullmatch(text):
        raise click.BadParameter("1 to 100 letters, digits and ._@/-")
    return text


def _settings() -> Settings:
    from runindex import bootstrap

    settings = Settings.from_environment()
    bootstrap.check_storage(settings)
    return settings


@click.group(name="token")
def token() -> None:
    """Make, list and revoke the tokens without which a server on a network answers nobody."""


@token.command()
@click.option("--name", required=True, callback=_name, help="Who will use it: the actor of changes made with it.")
@click.option("--scope", required=True, type=click.Choice([each.value for each in TokenScope]), help="What it allows.")
@click.option("--expires", metavar="DURATION", callback=_duration, help="For how long, as 12h or 30d. [default: ever]")
@in_one_line
def create(name: str, scope: str, expires: Micros | None) -> None:
    """Make a token, in a storage that is brought up to date first, and print it: it is shown only now."""
    from runindex import bootstrap

    settings = Settings.from_environment()
    bootstrap.migrate(settings)
    bootstrap.check_storage(settings)
    click.echo(asyncio.run(_create(settings, name, TokenScope(scope), expires)))


async def _create(settings: Settings, name: str, scope: TokenScope, expires: Micros | None) -> str:
    from runindex.bootstrap import open_storage

    async with open_storage(settings) as storage:
        now = await storage.now()
        if any(other.is_good(now) for other in named(await storage.list_tokens(), name)):
            raise SettingsError(f"there is a token {name} already: `runindex token revoke {name}` ends it")
        made, secret = new_token(name, scope, now, None if expires is None else now + expires)
        await storage.add_token(made)
    return secret


@token.command(name="list")
@in_one_line
def list_tokens() -> None:
    """Print the tokens, oldest first: id, name, scope, state, when made, and until when they count."""
    for line in asyncio.run(_list(_settings())):
        click.echo(line)


async def _list(settings: Settings) -> list[str]:
    from runindex.bootstrap import open_storage

    async with open_storage(settings) as storage:
        now = await storage.now()
        return [_line(each, now) for each in await storage.list_tokens()]


def _line(each: Token, now: Micros) -> str:
    state = "good" if each.is_good(now) else "expired" if each.revoked_at is None else "revoked"
    until = "-" if each.expires_at is None else format_instant(each.expires_at)
    return f"{each.id}  {each.name}  {each.scope}  {state}  {format_instant(each.created_at)}  {until}"


@token.command()
@click.argument("name_or_id")
@in_one_line
def revoke(name_or_id: str) -> None:
    """Revoke the tokens of a name, or the one of an id; what they have open ends within 5 seconds."""
    for each in asyncio.run(_revoke(_settings(), name_or_id)):
        click.echo(f"revoked: {each.name} ({each.id})")


async def _revoke(settings: Settings, name_or_id: str) -> list[Token]:
    from runindex.bootstrap import open_storage

    async with open_storage(settings) as storage:
        now = await storage.now()
        found = named(await storage.list_tokens(), name_or_id)
        if not found:
            raise NotFoundError("there is no token of that name or id")
        for each in found:
            await storage.revoke_token(each.id, now)
        return [replace(each, revoked_at=now) for each in found]
