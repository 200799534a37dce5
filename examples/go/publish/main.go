// Publishes messages to an exchange: publish TYPE EXCHANGE ROUTE:BODY... A route is a routing key,
// or, for a headers exchange, headers: format=pdf,type=report. AMQP_URL says where to.
package main

import (
	"os"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"
	"leveret.examples/internal/program"
)

func main() {
	kind, exchange, messages := os.Args[1], os.Args[2], os.Args[3:]
	connection, channel := program.Connect()
	program.Must(channel.ExchangeDeclare(exchange, kind, false, true, false, false, nil))
	program.Must(channel.Confirm(false))
	for _, message := range messages {
		route, body, _ := strings.Cut(message, ":")
		publishing := amqp.Publishing{Body: []byte(body)}
		if kind == amqp.ExchangeHeaders {
			publishing.Headers, route = program.Pairs(route), ""
		}
		confirmation, err := channel.PublishWithDeferredConfirm(exchange, route, false, false, publishing)
		program.Must(err)
		if confirmation.Wait() {
			program.Tell("sent", program.Details{"body": body})
		}
	}
	program.Must(connection.Close())
}
