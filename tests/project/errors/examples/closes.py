"""The close codes, with their examples."""

from typing import Final

from tests.project.errors.examples.access import a_socket_without_token, tokens_that_cannot_be_read
from tests.project.errors.examples.sockets import (
    INIT,
    LIVE,
    another_protocol,
    no_pongs,
    sending,
    stopping,
    subscribe,
    writing,
)
from tests.project.errors.shown import Code

CLOSES: Final = (
    Code("1001", "The server stops. Connect again, and go on from the last cursor.", {"a server that stops": stopping}),
    Code(
        "1002",
        "A frame breaks the rules of WebSocket.",
        {"a frame of an unknown kind": writing(b"\x83\x80\0\0\0\0", "83 80 00 00 00 00")},
    ),
    Code(
        "1007",
        "A text is not UTF-8.",
        {"a text that is not UTF-8": writing(b"\x81\x81\0\0\0\0\xff", "81 81 00 00 00 00 ff")},
    ),
    Code(
        "1009",
        "A message is larger than 64 KiB.",
        {
            "a large message": writing(
                b"\x81\xff" + (65537).to_bytes(8) + bytes(4) + b"x" * 65537, "a text of 65,537 bytes"
            )
        },
    ),
    Code(
        "1011",
        "The client has not answered a ping for 45 seconds. Connect again.",
        {"a client that is not there": no_pongs},
    ),
    Code(
        "1013",
        "The server cannot tell now whether the token counts. Try again later.",
        {"a storage that does not answer": tokens_that_cannot_be_read},
    ),
    Code("4400", "A message is none of the protocol's.", {"an unknown message": sending(INIT, '{"type": "start"}')}),
    Code(
        "4401",
        "An operation was begun before `connection_ack`.",
        {"an operation at once": sending(subscribe("1", LIVE))},
    ),
    Code(
        "4403",
        "The caller has no good [token](access.md), or it has stopped to count.",
        {"no token": a_socket_without_token},
    ),
    Code(
        "4406",
        "The client speaks another protocol: [graphql-transport-ws](streams.md) is needed.",
        {"an old protocol": another_protocol},
    ),
    Code(
        "4408", "`connection_init` has not come within 5 seconds.", {"a client that says nothing": sending(small=True)}
    ),
    Code(
        "4409",
        "An operation with this id is running on this socket.",
        {"an id twice": sending(INIT, subscribe("1", LIVE), subscribe("1", LIVE))},
    ),
    Code("4429", "`connection_init` came twice.", {"another beginning": sending(INIT, INIT)}),
)
