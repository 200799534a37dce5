"""Subscribes to an exchange with a queue of its own: subscribe.py TYPE EXCHANGE [ROUTE...]

A route is a binding key, or, for a headers exchange, arguments: x-match=any,format=pdf
AMQP_URL says where from.
"""
import json
import os
import sys

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
exchange_type, exchange, *routes = sys.argv[1:]


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def on_message(_channel, method, _properties, body):
    tell("received", body=body.decode(), routingKey=method.routing_key)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
channel.exchange_declare(exchange=exchange, exchange_type=exchange_type, auto_delete=True)
# The broker names the queue, and deletes it when this connection ends.
queue = channel.queue_declare(queue="", exclusive=True).method.queue
for route in routes or [""]:
    if exchange_type == "headers":
        arguments = dict(pair.split("=") for pair in route.split(","))
        channel.queue_bind(queue, exchange, arguments=arguments)
    else:
        channel.queue_bind(queue, exchange, routing_key=route)
channel.basic_consume(queue=queue, on_message_callback=on_message, auto_ack=True)
tell("ready", queue=queue)
channel.start_consuming()
