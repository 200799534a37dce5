"""Publishes each argument to a queue that must be there.

It tells what became of each: confirmed, or returned because no queue takes it.
AMQP_URL says where to, QUEUE names the queue.
"""
import json
import os
import sys

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "task_queue")


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
channel.confirm_delivery()
persistent = pika.BasicProperties(delivery_mode=2)
for body in sys.argv[1:]:
    try:
        channel.basic_publish("", QUEUE, body, persistent, mandatory=True)
        tell("confirmed", body=body)
    except pika.exceptions.UnroutableError as error:
        returned = error.messages[0]
        method = returned.method
        text = method.reply_text
        tell("returned", body=returned.body.decode(), code=method.reply_code, text=text)
connection.close()
