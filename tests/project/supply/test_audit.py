"""The audit of pins tells of vulnerabilities, and fails when it could not look."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.paths import ROOT

AUDIT: Final = ROOT / "requirements" / "audit.py"
VULNERABLE, NOT_LOOKED = 1, 2
# A program that answers as it is told: with one text for what is known to be vulnerable, with another for the rest.
PROGRAM: Final = f"""#!{sys.executable}
import pathlib, sys
told = pathlib.Path(__file__).with_suffix(".told")
text = " ".join(sys.argv) + "".join(path.read_text() for path in pathlib.Path.cwd().glob("package.json"))
sys.stdout.write((told / ("canary" if "canary" in text else "rest")).read_text())
sys.stderr.write("connection refused")
"""
VULNERABILITY: Final = {"id": "CVE-1", "fix_versions": ["9"], "aliases": [], "description": ""}


def python(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": [], **each} for each in packages]})


def npm(*names: str) -> str:
    found = {name: {"severity": "high", "range": "<2"} for name in names}
    return json.dumps({"auditReportVersion": 2, "vulnerabilities": found})


@dataclass
class Registries:
    """What the two programs say."""

    folder: Path
    python_canary: str = python({"vulns": [VULNERABILITY]})
    python_rest: str = python({})
    npm_canary: str = npm("minimist")
    npm_rest: str = npm()

    def audit(self) -> subprocess.CompletedProcess[str]:
        """Run the audit on these answers."""
        for name, canary, rest in (
            ("pip-audit", self.python_canary, self.python_rest),
            ("npm", self.npm_canary, self.npm_rest),
        ):
            program, told = self.folder / name, self.folder / f"{name}.told"
            told.mkdir()
            (told / "canary").write_text(canary)
            (told / "rest").write_text(rest)
            program.write_text(PROGRAM)
            program.chmod(0o755)
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        command = [sys.executable, str(AUDIT), str(self.folder / "pip-audit")]
        return subprocess.run(command, env=environment, capture_output=True, check=False, text=True, timeout=60)


def test_pins_without_vulnerabilities_pass(tmp_path: Path) -> None:
    result = Registries(tmp_path).audit()
    assert (result.returncode, result.stdout, result.stderr) == (0, "no known vulnerabilities\n", "")


@pytest.mark.parametrize(
    ("answers", "finding"),
    [
        ({"python_rest": python({"vulns": [VULNERABILITY]})}, "a 1 in runtime.txt: CVE-1, fixed in 9"),
        ({"npm_rest": npm("left-pad")}, "left-pad <2 in web: high"),
    ],
    ids=["python", "npm"],
)
def test_a_vulnerability_is_told(tmp_path: Path, answers: dict[str, str], finding: str) -> None:
    result = Registries(tmp_path, **answers).audit()
    assert result.returncode == VULNERABLE
    assert f"vulnerable: {finding}" in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"python_canary": python({})}, "Python: jinja2==2.11.2 is known to be vulnerable, and is not reported"),
        ({"npm_canary": npm()}, "npm: minimist@0.0.8 is known to be vulnerable, and is not reported"),
        ({"python_canary": ""}, "Python: pip-audit says: connection refused"),
        ({"npm_canary": ""}, "npm: npm says: connection refused"),
        (
            {"python_rest": json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found"}]})},
            "Python: not found",
        ),
        ({"python_rest": json.dumps({"dependencies": []})}, "Python: nothing was audited in runtime.txt"),
        ({"python_rest": "[]"}, "Python: pip-audit has answered something else"),
        ({"npm_rest": json.dumps({"message": "405 Method Not Allowed"})}, "npm: 405 Method Not Allowed"),
        ({"npm_rest": json.dumps({"metadata": {}})}, "npm: npm has answered something else"),
    ],
)
def test_an_audit_that_could_not_look_fails_and_says_why(tmp_path: Path, answers: dict[str, str], reason: str) -> None:
    result = Registries(tmp_path, **answers).audit()
    assert result.returncode == NOT_LOOKED
    assert f"NOT AUDITED: {reason}" in result.stderr
    assert "which is not a result" in result.stderr
    assert "no known vulnerabilities" not in result.stdout


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    command = [sys.executable, str(AUDIT), str(tmp_path / "pip-audit")]
    result = subprocess.run(
        command, env={"PATH": str(tmp_path)}, capture_output=True, check=False, text=True, timeout=60
    )
    assert result.returncode == NOT_LOOKED
    assert "NOT AUDITED: Python: pip-audit cannot be run: No such file or directory" in result.stderr
    assert "NOT AUDITED: npm: npm cannot be run: No such file or directory" in result.stderr


def test_every_pinned_file_is_audited() -> None:
    text = AUDIT.read_text()
    assert {f'"{path.stem}"' for path in (ROOT / "requirements").glob("*.txt")} == set(
        text.partition("REQUIREMENTS: Final = (")[2].partition(")")[0].split(", ")
    )
    locked = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/package-lock.json")}
    locked |= {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("tests/*/package-lock.json")}
    assert {f'"{name}"' for name in locked} == set(text.partition("LOCKED: Final = (")[2].partition(")")[0].split(", "))
