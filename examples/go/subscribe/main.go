// Subscribes to an exchange with a queue of its own: subscribe TYPE EXCHANGE [ROUTE...]. A route is
// a binding key, or, for a headers exchange, arguments: x-match=any,format=pdf. AMQP_URL says where
// from.
package main

import (
	"os"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	kind, exchange, routes := os.Args[1], os.Args[2], os.Args[3:]
	if len(routes) == 0 {
		routes = []string{""}
	}
	_, channel := program.Connect()
	program.Must(channel.ExchangeDeclare(exchange, kind, false, true, false, false, nil))
	// The broker names the queue, and deletes it when this connection ends.
	queue, err := channel.QueueDeclare("", false, false, true, false, nil)
	program.Must(err)
	for _, route := range routes {
		if kind == amqp.ExchangeHeaders {
			program.Must(channel.QueueBind(queue.Name, "", exchange, false, program.Pairs(route)))
		} else {
			program.Must(channel.QueueBind(queue.Name, route, exchange, false, nil))
		}
	}
	deliveries, err := channel.Consume(queue.Name, "", true, false, false, false, nil)
	program.Must(err)
	program.Tell("ready", program.Details{"queue": queue.Name})
	for delivery := range deliveries {
		program.Tell("received", program.Details{
			"body": string(delivery.Body), "routingKey": delivery.RoutingKey,
		})
	}
}
