"""Reads a stream: read_stream.py [OFFSET]

OFFSET is first, last, next, a number, or an age such as 1h. Reading takes nothing away: each run begins where it is told.
AMQP_URL says where from, QUEUE names the stream.
"""
import json
import os
import sys

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "events")
offset = sys.argv[1] if len(sys.argv) > 1 else "first"
if offset.isdigit():
    offset = int(offset)


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def on_message(channel, method, properties, body):
    tell("received", offset=properties.headers["x-stream-offset"], body=body.decode())
    # Nothing is settled by this: it asks for more.
    channel.basic_ack(method.delivery_tag)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "stream"})
# A stream is not read without a prefetch.
channel.basic_qos(prefetch_count=100)
channel.basic_consume(QUEUE, on_message, arguments={"x-stream-offset": offset})
tell("ready")
channel.start_consuming()
