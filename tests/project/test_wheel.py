"""What is shipped."""

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.support.paths import ROOT


def test_the_wheel_carries_the_pages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.whl")
    with ZipFile(path) as wheel:
        for folder, address in (("graphiql", "graphql"), ("dashboard", ".")):
            static = f"resolvers/transports/static/{folder}"
            page = wheel.read(f"{static}/index.html").decode()
            named = set(re.findall(rf'"{address}/(assets/[\w.-]+)"', page))
            assert {Path(name).suffix for name in named} == {".js", ".css"}
            files = {f"{static}/{name}{ending}" for name in named for ending in ("", ".br", ".gz")}
            assert files <= set(wheel.namelist())
