"""Sends each argument as a task that outlives a restart of the broker.

The queue is durable, and the message persistent: it takes both.

AMQP_URL says where to, QUEUE names the queue, DURABLE=false declares it otherwise.
"""
import json
import os
import sys

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "task_queue")
DURABLE = os.environ.get("DURABLE", "true") == "true"


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
try:
    channel.queue_declare(queue=QUEUE, durable=DURABLE)
except pika.exceptions.ChannelClosedByBroker as error:
    tell("refused", code=error.reply_code, reason=error.reply_text)
    sys.exit(1)
channel.confirm_delivery()
for task in sys.argv[1:] or ["Hello, hare ..."]:
    # With confirms on, this returns when the broker has the task.
    channel.basic_publish(
        exchange="",
        routing_key=QUEUE,
        body=task,
        properties=pika.BasicProperties(delivery_mode=2),
    )
    tell("sent", task=task)
connection.close()
