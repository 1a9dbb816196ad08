"""A real nginx in front of a server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.support.servers.ports import free_port
from tests.support.servers.served import HTTP

COMMAND: Final = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
PATIENCE: Final = 30
POLL: Final = 0.02
# Nothing is set that is not needed to run beside others as any user: the rest is as nginx has it by default.
CONFIGURATION: Final = """\
{user}
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            {directives}
        }}
    }}
}}
"""
# What lets WebSockets through, and keeps the browser's host.
UPGRADE: Final = (
    "proxy_http_version 1.1",
    "proxy_set_header Upgrade $http_upgrade",
    'proxy_set_header Connection "upgrade"',
    "proxy_set_header Host $http_host",
)


@contextmanager
def proxying(directory: Path, upstream: int, *directives: str) -> Iterator[str]:
    """Pass requests on to a port of this machine, with these directives; give the address without a path."""
    assert COMMAND is not None, "there is no nginx"
    port = free_port()
    directory.mkdir()
    configuration = directory / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",  # else the workers could not write to the directory
            directory=directory,
            port=port,
            upstream=upstream,
            directives="\n            ".join(f"{directive};" for directive in directives),
        )
    )
    command = [COMMAND, "-p", str(directory), "-c", str(configuration), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, port, directory / "error.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(int(PATIENCE / POLL)):
        try:
            HTTP.get(f"http://127.0.0.1:{port}/livez")
        except httpx.TransportError:
            pass
        else:
            return
        try:
            process.wait(POLL)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"nginx is not ready:\n{log.read_text() if log.exists() else ''}")
