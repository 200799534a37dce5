"""Works on tasks, a second for each dot, and acknowledges each when it is done.

AMQP_URL says where from, QUEUE names the queue, DURABLE=false declares it otherwise, PREFETCH says
how many tasks to hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
"""
import json
import os
import sys
import time

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "task_queue")
DURABLE = os.environ.get("DURABLE", "true") == "true"
PREFETCH = int(os.environ.get("PREFETCH", "1"))
SECONDS_PER_DOT = float(os.environ.get("SECONDS_PER_DOT", "1"))


def tell(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def work(channel, method, properties, body):
    task = body.decode()
    mode = properties.delivery_mode
    tell("received", task=task, redelivered=method.redelivered, deliveryMode=mode)
    time.sleep(task.count(".") * SECONDS_PER_DOT)
    tell("done", task=task)
    channel.basic_ack(delivery_tag=method.delivery_tag)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
try:
    channel.queue_declare(queue=QUEUE, durable=DURABLE)
except pika.exceptions.ChannelClosedByBroker as error:
    tell("refused", code=error.reply_code, reason=error.reply_text)
    sys.exit(1)
channel.basic_qos(prefetch_count=PREFETCH)
# The queue was deleted: start_consuming returns, because there is no consumer left.
channel.add_on_cancel_callback(lambda _frame: tell("cancelled"))
channel.basic_consume(queue=QUEUE, on_message_callback=work, auto_ack=False)
tell("ready")
channel.start_consuming()
connection.close()
