// Publishes each argument to a queue that must be there, and tells what became of each: confirmed,
// or returned because no queue takes it. AMQP_URL says where to, QUEUE names the queue.
package main

import (
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	queue := program.Setting("QUEUE", "task_queue")
	connection, channel := program.Connect()
	program.Must(channel.Confirm(false))
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	for _, body := range os.Args[1:] {
		message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(body)}
		confirmation, err := channel.PublishWithDeferredConfirm("", queue, true, false, message)
		program.Must(err)
		isConfirmed := confirmation.Wait()
		// What comes back does so before its confirm.
		select {
		case lost := <-returns:
			program.Tell("returned", program.Details{
				"body": string(lost.Body), "code": lost.ReplyCode, "text": lost.ReplyText,
			})
		default:
			if isConfirmed {
				program.Tell("confirmed", program.Details{"body": body})
			}
		}
	}
	program.Must(connection.Close())
}
