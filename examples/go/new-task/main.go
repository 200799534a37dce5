// Sends each argument as a task that outlives a restart of the broker: persistent, in a durable
// queue. AMQP_URL says where to, QUEUE names the queue, DURABLE=false declares it otherwise.
package main

import (
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	queue := program.Setting("QUEUE", "task_queue")
	isDurable := program.Setting("DURABLE", "true") == "true"
	tasks := os.Args[1:]
	if len(tasks) == 0 {
		tasks = []string{"Hello, hare ..."}
	}
	connection, channel := program.Connect()
	_, err := channel.QueueDeclare(queue, isDurable, false, false, false, nil)
	program.MustBeAccepted(err)
	program.Must(channel.Confirm(false))
	for _, task := range tasks {
		message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(task)}
		confirmation, err := channel.PublishWithDeferredConfirm("", queue, false, false, message)
		program.Must(err)
		if confirmation.Wait() {
			program.Tell("sent", program.Details{"task": task})
		}
	}
	program.Must(connection.Close())
}
