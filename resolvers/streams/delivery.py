"""How an operation is carried out for one client: by itself, and with others once it has caught up with them."""

from contextlib import AsyncExitStack, aclosing

import orjson

from resolvers.execution.operation_counts import OK
from resolvers.execution.position import StreamPosition
from resolvers.streams.channels import Channels, Subscriber
from resolvers.streams.conflated import ConflatedChannel, ConflatedChannels, ConflatedSubscriber
from resolvers.streams.operation import Operation, ShareKey
from resolvers.streams.payloads import Results, code_of, is_refusal, payload_of
from resolvers.streams.sink import Sink


def results_of(asked: Operation, channels: Channels, views: ConflatedChannels, outlet: Sink) -> Results:
    """Yield an operation's results, each when the client can take one.

    For as long as others who ask the same get the same, nothing is yielded: then it goes to the outlet at once.
    """
    if outlet.is_told and asked.wants_newest:
        return _states_of(asked, views, outlet)
    return _items_of(asked, channels, outlet)


async def _items_of(asked: Operation, channels: Channels, outlet: Sink) -> Results:
    place, member = StreamPosition(), Subscriber(outlet)
    common: ShareKey | None = None

    def join() -> bool:
        nonlocal common
        common = asked.common if outlet.is_told else None
        return common is not None and channels.join(asked, common, member, place)

    place.may_end = join
    try:
        while True:
            async with aclosing(await asked.open(place)) as results:
                async for result in results:
                    yield result
                    await outlet.flowing()
            if not place.has_ended:
                return
            await member.stay()
            await outlet.flowing()
            place.start, place.has_ended = member.position, False
    finally:
        member.leave()
        if place.has_ended and common is not None:  # over while it was shared: nobody else counts it
            asked.context.operations.add(common.field)


async def _states_of(asked: Operation, views: ConflatedChannels, outlet: Sink) -> Results:
    history = ""
    while True:
        place = StreamPosition(history)
        async with AsyncExitStack() as stack:
            states = await stack.enter_async_context(aclosing(await asked.open(place)))
            async for result in states:
                yield result
                await outlet.flowing()
                common = None if is_refusal(result) else asked.common
                if common is not None:
                    break
            else:
                return
            stack.pop_all()  # the stream is the view's from now on
        place.is_shared, history = True, place.history
        viewer = ConflatedSubscriber(outlet, orjson.dumps(payload_of(result)))
        outcome: str | None = OK
        try:
            view = await views.show(common, viewer, states, place)
            outcome = _outcome(view, viewer)
        finally:
            if outcome is not None:
                asked.context.operations.add(common.field, outcome)
        if view.refusal is not None:
            yield view.refusal
        if outcome is not None:
            return


def _outcome(view: ConflatedChannel, viewer: ConflatedSubscriber) -> str | None:
    """Return by what the view was over for a viewer, None if that has to go on by itself."""
    if view.refusal is not None:
        return code_of(view.refusal)
    return OK if viewer.has_seen_all(view) else None
