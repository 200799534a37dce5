"""A consumer that lives through restarts of its broker: the library connects, declares and consumes
again by itself."""
import asyncio

import aio_pika
from aio_pika import ExchangeType

from program import URL, named, tell


async def recover():
    connection = await aio_pika.connect_robust(URL, reconnect_interval=0.05)
    connection.close_callbacks.add(lambda _connection, error: tell("closed", text=str(error)))
    connection.reconnect_callbacks.add(lambda _connection: tell("ready"))
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=10)
    exchange = await channel.declare_exchange(named("exchange"), ExchangeType.DIRECT, durable=True)
    queue = await channel.declare_queue(named("queue"), durable=True)
    await queue.bind(exchange, "key")

    async def work(message):
        async with message.process():
            tell("received", body=message.body.decode())

    await queue.consume(work)
    tell("ready")
    await asyncio.Event().wait()
