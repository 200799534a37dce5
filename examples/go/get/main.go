// Takes the messages of a queue one at a time with basic.get, until there is none. AMQP_URL says
// where from, QUEUE names the queue.
package main

import "leveret.examples/internal/program"

func main() {
	queue := program.Setting("QUEUE", "task_queue")
	connection, channel := program.Connect()
	for {
		message, isThere, err := channel.Get(queue, false)
		program.Must(err)
		if !isThere {
			break
		}
		program.Tell("got", program.Details{
			"body": string(message.Body), "deliveryMode": message.DeliveryMode, "left": message.MessageCount,
		})
		program.Must(message.Ack(false))
	}
	program.Tell("empty", nil)
	program.Must(connection.Close())
}
