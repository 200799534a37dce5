"""Asks the RPC server for the Fibonacci number of each argument, all at once.

AMQP_URL says where to, QUEUE names the queue of requests.
"""
import json
import os
import sys
import uuid

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "rpc_queue")

# What was asked, by correlation id.
asked = {}


def on_answer(channel, _method, properties, body):
    n = asked.pop(properties.correlation_id)
    print(json.dumps({"event": "answered", "n": n, "answer": int(body)}), flush=True)
    if not asked:
        channel.stop_consuming()


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
replies = channel.queue_declare(queue="", exclusive=True).method.queue
channel.basic_consume(queue=replies, on_message_callback=on_answer, auto_ack=True)
for argument in sys.argv[1:]:
    correlation_id = str(uuid.uuid4())
    asked[correlation_id] = int(argument)
    properties = pika.BasicProperties(reply_to=replies, correlation_id=correlation_id)
    channel.basic_publish("", QUEUE, argument, properties)
channel.start_consuming()
connection.close()
