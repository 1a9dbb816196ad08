"""A page in a headless Chromium, driven over the DevTools protocol."""

import asyncio
import itertools
import json
import os
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import websockets

COMMAND: Final = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE: Final = 60
SWITCHES: Final = (
    "--headless=new",
    "--no-sandbox",  # which root may not use
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
    "--window-size=1400,900",
)
KEY_CODES: Final = {
    "Enter": 13,
    "Escape": 27,
    "Tab": 9,
    "ArrowDown": 40,
    "ArrowUp": 38,
    "ArrowLeft": 37,
    "ArrowRight": 39,
    "End": 35,
    "Home": 36,
}
SHIFT: Final = 8
MOST_STOPS: Final = 80
# What has the focus, whether that is seen, and whether it is what was looked for.
FOCUS: Final = """(() => {
    const one = document.activeElement
    const marked = [one, ...one.querySelectorAll('*'), one.closest('label, [data-focus-visible]')].some(part =>
        part && getComputedStyle(part).outlineStyle !== 'none' && getComputedStyle(part).outlineWidth !== '0px')
    const {width, height, right, bottom, left, top} = one.getBoundingClientRect()
    const inSight = width && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
    const seen = one === document.body || inSight && (marked || one.matches('input, textarea'))
    return {reached: one === (%s), unseen: !seen,
        words: one.outerHTML.slice(0, 120)}
})()"""
LISTENING: Final = "DevTools listening on "
# What still moves, as a dialog does whose font arrives, would be gone from under a click. It rests when it is in the
# same place, and what a click there reaches, in three frames of the page one after the other.
RESTING_PLACE: Final = """new Promise(done => {
    let last = [], frames = 0
    const look = () => {
        const element = %s
        const {x, y, width, height} = element?.getBoundingClientRect() ?? {}
        const place = [x + width / 2, y + height / 2]
        const reached = width && document.fonts.status === 'loaded' && document.elementFromPoint(...place)
        frames = reached && element.contains(reached) && place.join() === last.join() ? frames + 1 : 0
        last = place
        frames === 3 ? done(place) : requestAnimationFrame(look)
    }
    look()
})"""


@dataclass(slots=True)
class Page:
    """A page; `addresses` are all that it requested, `complaints` are its errors and those of the browser.

    `trace` is what the browser has traced, from `Tracing.start` to `Tracing.end`; then `traced` is set. `observers` are
    told each event and its details.
    """

    connection: websockets.ClientConnection
    session: str | None = None
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    traced: asyncio.Event = field(default_factory=asyncio.Event)
    observers: list[Callable[[str, dict[str, Any]], None]] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.command("Page.navigate", url=url)

    async def click(self, element: str) -> None:
        """Click into the middle of the element that a script finds, as soon as it rests there and nothing covers it."""
        x, y = await self.evaluate(RESTING_PLACE % element)
        place = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            await self.command("Input.dispatchMouseEvent", type=kind, **place)

    async def press(self, *keys: str, modifiers: int = 0) -> None:
        """Press keys one after the other: by their names in the browser, or the mark that they type."""
        for key in keys:
            typed = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
            code = {"windowsVirtualKeyCode": KEY_CODES[key], "code": key} if key in KEY_CODES else {}
            held = {"modifiers": modifiers} if modifiers else {}
            await self.command("Input.dispatchKeyEvent", type="keyDown", key=key, **typed, **code, **held)
            await self.command("Input.dispatchKeyEvent", type="keyUp", key=key, **code, **held)

    async def tab_to(self, element: str, *, back: bool = False) -> list[str]:
        """Press Tab, or Shift and Tab, until the element that a script finds has the focus; return what had it unseen.

        The focus is seen if the element, or what stands for it, has an outline and lies in sight.
        """
        unseen = []
        for _ in range(MOST_STOPS):
            await self.press("Tab", modifiers=SHIFT if back else 0)
            stop = await self.evaluate(FOCUS % element)
            if stop["unseen"]:
                unseen.append(stop["words"])
            if stop["reached"]:
                return unseen
        raise AssertionError(f"Tab does not lead to {element}")

    async def wait_for(self, condition: str) -> None:
        """Return once a script gives a true value."""
        look = f"const look = () => ({condition}) ? done(true) : setTimeout(look, 20)"
        await self.evaluate(f"new Promise(done => {{ {look}; look() }})")

    async def evaluate(self, script: str) -> Any:  # noqa: ANN401 - whatever the script gives
        """Return what a script, or its promise, gives."""
        answer = await self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def command(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command and return its result."""
        number = next(self._ids)
        waiting = self._answers[number] = asyncio.get_running_loop().create_future()
        session = {"sessionId": self.session} if self.session else {}
        await self.connection.send(json.dumps({"id": number, "method": method, "params": parameters, **session}))
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await waiting
        except TimeoutError as error:
            raise TimeoutError(f"no answer within {PATIENCE} seconds to {method} {parameters}") from error
        assert "error" not in answer, (method, answer)
        result: dict[str, Any] = answer["result"]
        return result

    async def listen(self) -> None:
        """Take what the browser says, until it ends."""
        with suppress(websockets.ConnectionClosedError):  # the browser ends without a farewell
            async for text in self.connection:
                message = json.loads(text)
                if "id" in message:
                    self._answers.pop(message["id"]).set_result(message)
                else:
                    self._note(message["method"], message["params"])

    def _note(self, event: str, details: dict[str, Any]) -> None:
        for observer in self.observers:
            observer(event, details)
        match event:
            case "Network.requestWillBeSent":
                self.addresses.append(details["request"]["url"])
            case "Network.webSocketCreated":
                self.addresses.append(details["url"])
            case "Tracing.dataCollected":
                self.trace.extend(details["value"])
            case "Tracing.tracingComplete":
                self.traced.set()
            case "Log.entryAdded" | "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(details))


@asynccontextmanager
async def open_page(home: Path) -> AsyncIterator[Page]:
    """Start a browser with an empty profile and give a blank page of it."""
    assert COMMAND is not None
    browser = await asyncio.create_subprocess_exec(
        COMMAND,
        *SWITCHES,
        f"--user-data-dir={home}",
        env={"PATH": os.defpath, "HOME": str(home)},
        stderr=PIPE,
    )
    try:
        async with websockets.connect(await _address(browser), max_size=None) as connection:
            page = Page(connection)
            listening = asyncio.create_task(page.listen())
            target = await page.command("Target.createTarget", url="about:blank")
            attached = await page.command("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            page.session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                await page.command(f"{domain}.enable")
            yield page
            await page.command("Browser.close")
            await listening
    finally:
        if browser.returncode is None:
            browser.terminate()
        await browser.communicate()


async def _address(browser: Process) -> str:
    assert browser.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in browser.stderr:
            if LISTENING.encode() in line:
                return line.decode().partition(LISTENING)[2].strip()
    raise RuntimeError("the browser has ended")
