"""Works on tasks, a second for each dot, and acknowledges each when it is done.

AMQP_URL says where from, QUEUE names the queue, PREFETCH how many tasks to hold at once (0: no limit),
SECONDS_PER_DOT how hard the work is.
"""
import os
import time

import pika

URL = os.environ.get("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/")
QUEUE = os.environ.get("QUEUE", "task_queue")
PREFETCH = int(os.environ.get("PREFETCH", "1"))
SECONDS_PER_DOT = float(os.environ.get("SECONDS_PER_DOT", "1"))


def work(channel, method, _properties, body):
    task = body.decode()
    print("received again" if method.redelivered else "received", task, flush=True)
    time.sleep(task.count(".") * SECONDS_PER_DOT)
    print("done", task, flush=True)
    channel.basic_ack(delivery_tag=method.delivery_tag)


connection = pika.BlockingConnection(pika.URLParameters(URL))
channel = connection.channel()
channel.queue_declare(queue=QUEUE, durable=True)
channel.basic_qos(prefetch_count=PREFETCH)
channel.basic_consume(queue=QUEUE, on_message_callback=work, auto_ack=False)
print("ready", flush=True)
channel.start_consuming()
