"""What the broker refuses."""
import aio_pika
from aio_pika import Message
from aio_pika.exceptions import AMQPError, DeliveryError
from aiormq import exceptions

from program import URL, named, soon, tell, transient

# The library tells most codes by the class of its error.
CODES = {
    exceptions.ChannelAccessRefused: 403,
    exceptions.ProbableAuthenticationError: 403,
    exceptions.ChannelNotFoundEntity: 404,
    exceptions.ChannelLockedResource: 405,
    exceptions.ChannelPreconditionFailed: 406,
    exceptions.ConnectionNotAllowed: 530,
}


async def errors(connection):
    """Each closes the channel with a code and a text; the connection goes on."""
    missing, locked = named("missing"), named("locked")
    await transient(await connection.channel(), "locked")

    channel = await connection.channel()
    await refused("missing queue", channel.declare_queue(missing, passive=True))
    channel = await connection.channel()
    await refused(
        "other properties", channel.declare_queue(locked, exclusive=True, auto_delete=True)
    )
    channel = await connection.channel()
    await refused(
        "other arguments",
        channel.declare_queue(locked, exclusive=True, arguments={"x-max-length": 1}),
    )
    async with await aio_pika.connect(URL) as stranger:
        channel = await stranger.channel()
        await refused("locked queue", channel.declare_queue(locked, exclusive=True))
    channel = await connection.channel()
    await refused("reserved name", channel.declare_exchange("amq.mine"))

    channel = await connection.channel()
    exchange = await channel.get_exchange(missing, ensure=False)
    await refused("publishing to a missing exchange", exchange.publish(Message(b""), "key"))
    channel = await connection.channel()
    underlay = await channel.get_underlay_channel()
    await underlay.basic_ack(99)
    await refused("unknown delivery tag", underlay.closing)

    await refused("wrong password", aio_pika.connect(URL.replace("guest:guest@", "guest:wrong@")))
    await refused("missing virtual host", aio_pika.connect(f"{URL}/nowhere"))
    await (await connection.channel()).close()
    tell("open", open=not connection.is_closed)


async def refused(when, awaitable):
    try:
        await soon(awaitable)
        tell("error", when=when, other="none")
    except (AMQPError, DeliveryError) as error:
        code = CODES.get(type(error))
        if code is None:
            tell("error", when=when, other=type(error).__name__)
        else:
            tell("error", when=when, code=code, text=str(error.args[-1]).replace(named(""), ""))
