"""Look for known vulnerabilities in what is pinned: the Python requirements, and the packages of npm.

Usage: audit.py PIP_AUDIT, the program of that name; `npm` is found by PATH. The exit code is 1 for a vulnerability, and
2 when it could not be looked for, which must not pass for having found none. A mirror may know packages but not what is
wrong with them, and then answers as if nothing were: so a version that is known to be vulnerable is looked up first.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
REQUIREMENTS: Final = ("runtime", "dev", "ariadne", "lineage", "mlflow", "audit")
LOCKED: Final = ("web", "tests/node")
SECONDS: Final = 300
VULNERABLE: Final = 1
NOT_LOOKED: Final = 2
# Known to be vulnerable, and never installed.
PYTHON_CANARY: Final = "jinja2==2.11.2"
NPM_CANARY: Final = ("minimist", "0.0.8")
UNREPORTED: Final = (
    "{} is known to be vulnerable, and is not reported: the registry asked does not tell of vulnerabilities"
)


class NotLookedError(Exception):
    """The vulnerabilities cannot be looked up."""


def main(pip_audit: str) -> int:
    """Audit everything, print what is found, and return the exit code."""
    findings, failures = list[str](), list[str]()
    for name, search in (("Python", search_python(pip_audit)), ("npm", search_npm())):
        try:
            findings += search
        except NotLookedError as error:
            failures.append(f"{name}: {error}")
    for finding in findings:
        print(f"vulnerable: {finding}")
    for failure in failures:
        print(f"NOT AUDITED: {failure}", file=sys.stderr)
    if failures:
        print("The audit could not look, which is not a result: run it where the registries answer.", file=sys.stderr)
        return NOT_LOOKED
    if not findings:
        print("no known vulnerabilities")
    return VULNERABLE if findings else 0


def search_python(pip_audit: str) -> Iterator[str]:
    """Yield the vulnerabilities of pinned requirements."""
    with TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text(f"{PYTHON_CANARY}\n")
        if not list(_python(pip_audit, canary, "--no-deps")):
            raise NotLookedError(UNREPORTED.format(PYTHON_CANARY))
    for name in REQUIREMENTS:
        yield from _python(pip_audit, ROOT / "requirements" / f"{name}.txt", "--require-hashes")


def _python(pip_audit: str, file: Path, *options: str) -> Iterator[str]:
    answer = _json_of(
        [pip_audit, "--requirement", str(file), "--disable-pip", "--format=json", "--progress-spinner=off", *options]
    )
    if not isinstance(answer.get("dependencies"), list) or not answer["dependencies"]:
        raise NotLookedError(f"nothing was audited in {file.name}")
    for package in answer["dependencies"]:
        if "skip_reason" in package:  # which pip-audit takes for success
            raise NotLookedError(package["skip_reason"])
        for vulnerability in package["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "nothing yet"
            yield f"{package['name']} {package['version']} in {file.name}: {vulnerability['id']}, fixed in {fixed}"


def search_npm() -> Iterator[str]:
    """Yield the vulnerabilities of npm's locked packages."""
    name, version = NPM_CANARY
    with TemporaryDirectory() as folder:
        for file, content in _canary_of(name, version).items():
            (Path(folder) / file).write_text(json.dumps(content))
        if not list(_npm(Path(folder))):
            raise NotLookedError(UNREPORTED.format(f"{name}@{version}"))
    for folder in LOCKED:
        yield from _npm(ROOT / folder)


def _canary_of(name: str, version: str) -> dict[str, dict[str, Any]]:
    project = {"name": "canary", "version": "1.0.0", "dependencies": {name: version}}
    packages = {"": project, f"node_modules/{name}": {"version": version}}
    lock = {"name": "canary", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    return {"package.json": project, "package-lock.json": lock}


def _npm(folder: Path) -> Iterator[str]:
    answer = _json_of(["npm", "audit", "--json", "--package-lock-only"], folder)
    if "vulnerabilities" not in answer:
        raise NotLookedError(str(answer.get("message") or answer.get("error") or "npm has answered something else"))
    for name, found in answer["vulnerabilities"].items():
        yield f"{name} {found.get('range', '')} in {folder.name}: {found.get('severity', 'unknown severity')}"


def _json_of(command: Sequence[str], folder: Path = ROOT) -> dict[str, Any]:
    """Return what a program prints, which it does whether it finds anything or not."""
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise NotLookedError(f"{Path(command[0]).name} has not answered within {SECONDS} s") from None
    except OSError as error:
        raise NotLookedError(f"{Path(command[0]).name} cannot be run: {error.strerror}") from None
    try:
        answer = json.loads(result.stdout)
    except json.JSONDecodeError:
        said = result.stderr.strip().splitlines() or ["nothing"]
        raise NotLookedError(f"{Path(command[0]).name} says: {said[-1]}") from None
    if not isinstance(answer, dict):
        raise NotLookedError(f"{Path(command[0]).name} has answered something else")
    return answer


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
