// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where
// from, QUEUE names the queue, DURABLE=false declares it otherwise, PREFETCH says how many tasks to
// hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
package main

import (
	"strconv"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	queue := program.Setting("QUEUE", "task_queue")
	isDurable := program.Setting("DURABLE", "true") == "true"
	prefetch, err := strconv.Atoi(program.Setting("PREFETCH", "1"))
	program.Must(err)
	secondsPerDot, err := strconv.ParseFloat(program.Setting("SECONDS_PER_DOT", "1"), 64)
	program.Must(err)

	connection, channel := program.Connect()
	_, err = channel.QueueDeclare(queue, isDurable, false, false, false, nil)
	program.MustBeAccepted(err)
	program.Must(channel.Qos(prefetch, 0, false))
	cancelled := channel.NotifyCancel(make(chan string, 1))
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	program.Must(err)
	program.Tell("ready", nil)
	for delivery := range deliveries {
		work(delivery, secondsPerDot)
	}
	// No more deliveries: the queue was deleted, or the connection is lost.
	select {
	case <-cancelled:
		program.Tell("cancelled", nil)
	default:
	}
	program.Must(connection.Close())
}

func work(delivery amqp.Delivery, secondsPerDot float64) {
	task := string(delivery.Body)
	program.Tell("received", program.Details{
		"task": task, "redelivered": delivery.Redelivered, "deliveryMode": delivery.DeliveryMode,
	})
	seconds := float64(strings.Count(task, ".")) * secondsPerDot
	time.Sleep(time.Duration(seconds * float64(time.Second)))
	program.Tell("done", program.Details{"task": task})
	program.Must(delivery.Ack(false))
}
