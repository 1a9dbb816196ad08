"""The delivery of one operation to one client: by a stream of its own, and on a shared one once it has caught up."""

from contextlib import AsyncExitStack, aclosing

import orjson

from resolvers.execution.operation_counts import OK
from resolvers.execution.position import StreamPosition
from resolvers.streams.channels import Channels, Subscriber
from resolvers.streams.conflated import ConflatedChannel, ConflatedChannels, ConflatedSubscriber
from resolvers.streams.operation import (
    Operation,
    ShareKey,
    StreamedResult,
    StreamedResults,
    code_of,
    is_refusal,
    payload_of,
)
from resolvers.streams.sink import Sink


def results_of(operation: Operation, channels: Channels, conflated: ConflatedChannels, sink: Sink) -> StreamedResults:
    """Yield an operation's results, each when the client can take one.

    While the stream is shared, nothing is yielded: its items go straight to the sink.
    """
    if sink.has_flow_control and operation.is_conflated:
        return _states_of(operation, conflated, sink)
    return _items_of(operation, channels, sink)


async def _items_of(operation: Operation, channels: Channels, sink: Sink) -> StreamedResults:
    position, subscriber = StreamPosition(), Subscriber(sink)
    lossless = position.lossless
    share_key: ShareKey | None = None

    def join() -> bool:
        nonlocal share_key
        share_key = operation.share_key if sink.has_flow_control else None
        return share_key is not None and channels.join(operation, share_key, subscriber, position)

    lossless.may_end, lossless.begin = join, sink.try_mark
    lossless.last_event_id = operation.last_event_id
    try:
        while True:
            async with aclosing(await operation.open(position)) as results:
                async for result in results:
                    yield StreamedResult(result, lossless.cursor)
                    await sink.writable()
            if not lossless.has_ended:
                return
            await subscriber.detached()
            await sink.writable()
            lossless.start, lossless.has_ended = subscriber.position, False
    finally:
        subscriber.leave()
        if lossless.has_ended and share_key is not None:  # it ended while shared, and is counted nowhere else
            operation.context.operations.add(share_key.field)


async def _states_of(operation: Operation, conflated: ConflatedChannels, sink: Sink) -> StreamedResults:
    history = ""
    while True:
        position = StreamPosition(history)
        async with AsyncExitStack() as stack:
            states = await stack.enter_async_context(aclosing(await operation.open(position)))
            async for result in states:
                yield StreamedResult(result)
                await sink.writable()
                share_key = None if is_refusal(result) else operation.share_key
                if share_key is not None:
                    break
            else:
                return
            stack.pop_all()  # the stream is the channel's from now on
        position.is_shared, history = True, position.history
        subscriber = ConflatedSubscriber(sink, orjson.dumps(payload_of(result)))
        outcome: str | None = OK
        try:
            channel = await conflated.follow(share_key, subscriber, states, position)
            outcome = _outcome(channel, subscriber)
        finally:
            if outcome is not None:
                operation.context.operations.add(share_key.field, outcome)
        if channel.refusal is not None:
            yield StreamedResult(channel.refusal)
        if outcome is not None:
            return


def _outcome(channel: ConflatedChannel, subscriber: ConflatedSubscriber) -> str | None:
    """Return how a closed channel has ended for a subscriber, None if the subscriber has to go on by itself."""
    if channel.refusal is not None:
        return code_of(channel.refusal)
    return OK if subscriber.has_everything(channel) else None
