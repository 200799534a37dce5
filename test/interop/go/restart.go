package main

import (
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const pause = 50 * time.Millisecond

// Works on a queue for ever. When the connection closes it dials again and declares everything anew,
// as the library's documentation advises.
func reconnect() {
	for {
		connection, err := amqp.Dial(url)
		if err != nil {
			time.Sleep(pause)
			continue
		}
		closed := connection.NotifyClose(make(chan *amqp.Error, 1))
		deliveries := subscribe(connection)
		tell("ready", nil)
		for delivery := range deliveries {
			tell("received", details{"body": string(delivery.Body)})
			must(delivery.Ack(false))
		}
		why := <-closed
		tell("closed", details{"code": why.Code, "text": why.Reason, "byServer": why.Server})
	}
}

// The same, left to the library: it dials, declares and subscribes again by itself.
func recoverByItself() {
	connection, err := amqp.DialConfig(url, amqp.Config{Recovery: &amqp.Recovery{
		ReconnectionConfig: &amqp.ReconnectionConfig{MaxRetryCount: 1000, RetryInterval: pause},
	}})
	must(err)
	changes := make(chan *amqp.StateChanged, 10)
	connection.NotifyStateChange(changes)
	deliveries := subscribe(connection)
	tell("ready", nil)
	for {
		select {
		case change := <-changes:
			tell("changed", details{"from": change.From.String(), "to": change.To.String()})
			if change.To == amqp.StateOpen {
				tell("ready", nil)
			}
		case delivery := <-deliveries:
			tell("received", details{"body": string(delivery.Body)})
			must(delivery.Ack(false))
		}
	}
}

// Declares an exchange and a durable queue bound to it, and consumes.
func subscribe(connection *amqp.Connection) <-chan amqp.Delivery {
	channel := channelOf(connection)
	exchange, queue := named("exchange"), named("queue")
	must(channel.ExchangeDeclare(exchange, amqp.ExchangeDirect, true, false, false, false, nil))
	_, err := channel.QueueDeclare(queue, true, false, false, false, nil)
	must(err)
	must(channel.QueueBind(queue, "key", exchange, false, nil))
	must(channel.Qos(10, 0, false))
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	must(err)
	return deliveries
}
