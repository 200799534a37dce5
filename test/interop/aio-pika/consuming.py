"""Consuming: settling in each way, asking and answering, and being cancelled."""
import asyncio

from aio_pika import Message

from program import found, soon, tell, transient


async def consume(connection):
    """Prefetch, acknowledgement of several, requeueing and rejecting."""
    channel = await connection.channel()
    queue = await transient(channel, "consume")
    for n in range(1, 7):
        await channel.default_exchange.publish(Message(str(n).encode()), queue.name)
    await channel.set_qos(prefetch_count=3)
    arrived = asyncio.Queue()
    await queue.consume(arrived.put, consumer_tag="mine")
    held = []

    async def take(count):
        bodies = []
        for _ in range(count):
            message = await soon(arrived.get())
            held.append(message)
            bodies.append(message.body.decode() + (" again" if message.redelivered else ""))
        # What may be delivered has been, when the broker answers this.
        result = await found(channel, queue)
        tell("held", bodies=bodies, ready=result.message_count, consumers=result.consumer_count)

    await take(3)
    await held[1].ack(multiple=True)
    await take(2)
    await held[2].nack(requeue=True)
    await take(1)
    await held[3].reject(requeue=False)
    await take(1)
    # By its tag it is the newest, so these are all.
    await held[-1].ack(multiple=True)
    await queue.cancel("mine")
    left = await queue.delete(if_unused=True, if_empty=False)
    tell("left", left=left.message_count, consuming=not arrived.empty())
    await channel.close()


async def rpc(connection):
    """Asks through an exclusive queue for the answers, and through direct reply-to."""
    server = await connection.channel()
    requests = await transient(server, "requests")
    await server.set_qos(prefetch_count=1)

    async def answer(request):
        async with request.process():
            reply = Message(request.body.upper(), correlation_id=request.correlation_id)
            await server.default_exchange.publish(reply, request.reply_to)

    await requests.consume(answer)

    client = await connection.channel()
    own = await client.declare_queue(exclusive=True, auto_delete=True)
    # It is nothing to declare.
    direct = await client.get_queue("amq.rabbitmq.reply-to", ensure=False)
    for queue in (own, direct):
        answers = asyncio.Queue()
        await queue.consume(answers.put, no_ack=True)
        for word in ("hare", "leveret"):
            request = Message(
                word.encode(), reply_to=queue.name, correlation_id=f"about {word}"
            )
            await client.default_exchange.publish(request, requests.name)
            reply = await soon(answers.get())
            tell("answered", about=reply.correlation_id, answer=reply.body.decode())
    await client.close()
    await server.close()


async def cancel(connection):
    """The consumer of a queue that somebody deletes is told."""
    channel = await connection.channel()
    queue = await transient(channel, "cancel")
    arrived = asyncio.Queue()
    await queue.consume(arrived.put, consumer_tag="watcher")
    cancelled = asyncio.get_running_loop().create_future()
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(cancelled.set_result)
    other = await connection.channel()
    await other.queue_delete(queue.name)
    frame = await soon(cancelled)
    # The channel goes on.
    await channel.declare_queue(exclusive=True)
    tell(
        "cancelled",
        tag=frame.consumer_tag,
        consuming=frame.consumer_tag in underlay.consumers,
        closed=channel.is_closed,
    )
    await other.close()
    await channel.close()
