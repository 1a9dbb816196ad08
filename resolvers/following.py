"""How an operation is carried out for one client: by itself, and with others once it has caught up with them."""

from contextlib import aclosing

from resolvers.asking import Asked, Common
from resolvers.channels import Channels, Member
from resolvers.outlets import Outlet
from resolvers.payloads import Results
from resolvers.places import Place


async def results_of(asked: Asked, channels: Channels, outlet: Outlet) -> Results:
    """Yield an operation's results, each when the client can take one.

    For as long as others who ask the same get the same, nothing is yielded: then it goes to the outlet at once.
    """
    place, member = Place(), Member(outlet)
    common: Common | None = None

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
