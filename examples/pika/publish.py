"""Publishes messages to an exchange: publish.py TYPE EXCHANGE ROUTE:BODY...

A route is a routing key, or, for a headers exchange, headers: format=pdf,type=report
AMQP_URL says where to.
"""
import json
import os
import sys

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
exchange_type, exchange, *messages = sys.argv[1:]

connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
channel.exchange_declare(exchange=exchange, exchange_type=exchange_type, auto_delete=True)
channel.confirm_delivery()
for message in messages:
    route, body = message.split(":", 1)
    if exchange_type == "headers":
        headers = dict(pair.split("=") for pair in route.split(","))
        channel.basic_publish(exchange, "", body, pika.BasicProperties(headers=headers))
    else:
        channel.basic_publish(exchange, route, body)
    print(json.dumps({"event": "sent", "body": body}), flush=True)
connection.close()
