"""An issuer of tokens for tests: keys, their public set, and tokens signed with them."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm

from runindex.settings.issuer import IssuerSettings

ISSUER: Final = "https://issuer.example"
AUDIENCE: Final = "runindex"


@dataclass(slots=True)
class TestIssuer:
    """Signs tokens, and keeps its public keys in a file."""

    __test__ = False

    file: Path
    keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with one key."""
        self.add_key("first")

    @property
    def settings(self) -> IssuerSettings:
        """Return what a server is told of the issuer."""
        return IssuerSettings(ISSUER, AUDIENCE, str(self.file))

    @property
    def environment(self) -> dict[str, str]:
        """Return the same for another process."""
        names = ("ISSUER", "AUDIENCE", "JWKS")
        return dict(zip((f"RUNINDEX_OIDC_{name}" for name in names), (ISSUER, AUDIENCE, str(self.file)), strict=True))

    @property
    def key_set(self) -> str:
        """Return the public keys as a JWK set."""
        keys = [ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": name} for name, key in self.keys.items()]
        return json.dumps({"keys": keys})

    def add_key(self, name: str) -> None:
        """Sign with one more key."""
        self.keys[name] = generate_private_key(SECP256R1())
        self.file.write_text(self.key_set)

    def token(self, scope: object = "write", key: str = "first", **claims: Any) -> str:  # noqa: ANN401 - any JSON
        """Return a token that counts for an hour; a claim that is given as None is left out."""
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": time.time() + 3600, "scope": scope}
        given = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(given, self.keys[key], "ES256", {"kid": key})
