"""Tokens of an issuer (JSON Web Tokens, RFC 7519, as OpenID Connect signs them), checked by its public keys."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from resolvers.execution.access.rights import Caller, ForbiddenError
from runindex.domain.errors import UnavailableError
from runindex.domain.instants import SECOND, Micros
from runindex.domain.json_text import is_plain_text
from runindex.domain.tokens import TokenScope, hash_of
from runindex.settings.issuer import IssuerSettings

if TYPE_CHECKING:  # imported where an issuer is set: it takes a tenth of the time of a start
    from jwt import PyJWK

# Signatures by public keys alone: with a shared secret, whoever can check a token could make one.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
FETCH_SECONDS: Final = 5.0
# The keys are read anew as often; a key that is not known may be new, so that they are read sooner, though not for
# each guess.
PERIOD_SECONDS: Final = 300.0
RETRY_SECONDS: Final = 10.0
LEEWAY_SECONDS: Final = 2.0
MOST_CHECKED: Final = 1_000
LONGEST_NAME: Final = 255
_PARTS: Final = 3
log: Final = logging.getLogger(__name__)


class Issuer:
    """Knows the keys of an issuer, and what the tokens say that it has checked."""

    def __init__(self, settings: IssuerSettings, now: Callable[[], Micros]) -> None:
        """Believe what the settings name, by the clock `now`."""
        self._settings = settings
        self._now = now
        self._keys: Mapping[str | None, PyJWK] = {}
        self._checked: dict[str, Caller] = {}
        self._asked_at: float | None = None
        self._reading = asyncio.Lock()

    async def caller_of(self, secret: str) -> Caller | None:
        """Return who a token names, None for one that does not count.

        Raise ForbiddenError for one without any scope, UnavailableError while no key is known.
        """
        hashed = hash_of(secret)
        caller = self._checked.get(hashed)
        if caller is None:
            caller = await self._check(secret, hashed)
            if caller is None:
                return None
            if len(self._checked) >= MOST_CHECKED:
                self._checked.clear()
            self._checked[hashed] = caller
        return caller if self.is_good(caller) else None

    def is_good(self, caller: Caller) -> bool:
        """Tell whether the token of a caller has not expired, and its key is still among the issuer's."""
        return caller.expires_at is not None and self._now() < caller.expires_at and caller.key in self._keys

    async def keep(self) -> None:
        """Read the keys again and again, until cancelled."""
        while True:
            await self.refresh(0.0)
            await asyncio.sleep(PERIOD_SECONDS)

    async def refresh(self, age: float) -> None:
        """Read the keys unless that was tried within so many seconds; keep those that are known while it fails."""
        async with self._reading:
            if self._asked_at is not None and time.monotonic() - self._asked_at < age:
                return
            self._asked_at = time.monotonic()
            try:
                async with asyncio.timeout(FETCH_SECONDS + 1):
                    found = await asyncio.to_thread(_read_keys, self._settings)
            except Exception as error:  # noqa: BLE001 - whatever the file or the network may do
                log.warning("the keys of RUNINDEX_OIDC_JWKS cannot be read: %s", type(error).__name__)
                return
            self._keys = found
            self._checked.clear()

    async def _check(self, secret: str, hashed: str) -> Caller | None:
        import jwt  # noqa: PLC0415 - see above

        try:
            key_id = jwt.get_unverified_header(secret).get("kid")
            key = await self._key(key_id)
            if key is None or key.algorithm_name not in ALGORITHMS:
                return None
            claims = jwt.decode(
                secret,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._settings.issuer,
                audience=self._settings.audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            return _caller_of(claims, self._settings.scope_claim, hashed, key.key_id)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            return None

    async def _key(self, key_id: str | None) -> "PyJWK | None":
        """Return the key of an id, the only key without one; raise UnavailableError while no key is known."""
        if key_id not in self._keys and (key_id is not None or len(self._keys) != 1):
            await self.refresh(RETRY_SECONDS)
        if not self._keys:
            raise UnavailableError("the issuer's keys cannot be read")
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id)


def looks_issued(secret: str) -> bool:
    """Tell whether a token has the form of a JSON Web Token."""
    return len(secret.split(".")) == _PARTS


def _caller_of(claims: Mapping[str, Any], scope_claim: str, hashed: str, key: str | None) -> Caller | None:
    name = claims["sub"]
    if not (isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and is_plain_text(name)):
        return None
    expires_at = int((float(claims["exp"]) + LEEWAY_SECONDS) * SECOND)
    return Caller(name, _scope_of(claims.get(scope_claim)), hashed, expires_at, key)


def _scope_of(claim: object) -> TokenScope:
    """Return the widest scope that a claim lists, in a text with blanks between or in a list."""
    listed = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    words = {word.removeprefix("runindex:") for word in listed if isinstance(word, str)}
    for scope in reversed(TokenScope):
        if scope in words:
            return scope
    raise ForbiddenError(f"the token's scope is none of {', '.join(TokenScope)}")


def _read_keys(settings: IssuerSettings) -> dict[str | None, "PyJWK"]:
    """Read the issuer's keys by their ids; keys of kinds that are not known are left out."""
    from jwt import PyJWKClient, PyJWKSet  # noqa: PLC0415 - see above

    if settings.is_remote:
        found = PyJWKClient(settings.keys, cache_jwk_set=False, timeout=int(FETCH_SECONDS)).get_jwk_set()
    else:
        found = PyJWKSet.from_dict(json.loads(Path(settings.keys).read_bytes()))
    return {key.key_id: key for key in found.keys if key.public_key_use in {None, "sig"}}
