// Answers requests for Fibonacci numbers, each to the queue that its asker names. AMQP_URL says where
// from, QUEUE names the queue of requests.
package main

import (
	"strconv"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	queue := program.Setting("QUEUE", "rpc_queue")
	_, channel := program.Connect()
	_, err := channel.QueueDeclare(queue, false, false, false, false, nil)
	program.Must(err)
	program.Must(channel.Qos(1, 0, false))
	requests, err := channel.Consume(queue, "", false, false, false, false, nil)
	program.Must(err)
	program.Tell("ready", nil)
	for request := range requests {
		n, err := strconv.Atoi(string(request.Body))
		program.Must(err)
		program.Must(channel.Publish("", request.ReplyTo, false, false, amqp.Publishing{
			CorrelationId: request.CorrelationId,
			Body:          []byte(strconv.Itoa(fibonacci(n))),
		}))
		program.Must(request.Ack(false))
	}
}

func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	return fibonacci(n-1) + fibonacci(n-2)
}
