"""Takes the messages of a queue one at a time with basic.get, until there is none.

AMQP_URL says where from, QUEUE names the queue.
"""
import json
import os

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "task_queue")


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
while True:
    method, properties, body = channel.basic_get(QUEUE)
    if method is None:
        break
    mode = properties.delivery_mode
    tell("got", body=body.decode(), deliveryMode=mode, left=method.message_count)
    channel.basic_ack(method.delivery_tag)
tell("empty")
connection.close()
