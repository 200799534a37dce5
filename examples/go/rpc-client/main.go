// Asks the RPC server for the Fibonacci number of each argument, all at once. AMQP_URL says where to,
// QUEUE names the queue of requests.
package main

import (
	"os"
	"strconv"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	queue := program.Setting("QUEUE", "rpc_queue")
	connection, channel := program.Connect()
	replies, err := channel.QueueDeclare("", false, false, true, false, nil)
	program.Must(err)
	answers, err := channel.Consume(replies.Name, "", true, false, false, false, nil)
	program.Must(err)

	// What was asked, by correlation id.
	asked := map[string]int{}
	for index, argument := range os.Args[1:] {
		id := strconv.Itoa(index)
		n, err := strconv.Atoi(argument)
		program.Must(err)
		asked[id] = n
		program.Must(channel.Publish("", queue, false, false, amqp.Publishing{
			ReplyTo: replies.Name, CorrelationId: id, Body: []byte(argument),
		}))
	}
	for len(asked) > 0 {
		answer, isOpen := <-answers
		if !isOpen {
			os.Exit(1)
		}
		number, err := strconv.Atoi(string(answer.Body))
		program.Must(err)
		program.Tell("answered", program.Details{"n": asked[answer.CorrelationId], "answer": number})
		delete(asked, answer.CorrelationId)
	}
	program.Must(connection.Close())
}
