package main

import (
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"
)

// What the broker refuses closes the channel with a code and a text; the connection goes on.
func errors(connection *amqp.Connection) {
	missing, locked := named("missing"), named("locked")
	_, err := channelOf(connection).QueueDeclare(locked, false, false, true, false, nil)
	must(err)
	stranger, err := amqp.Dial(url)
	must(err)

	channel := channelOf(connection)
	_, err = channel.QueueDeclarePassive(missing, false, false, false, false, nil)
	tellError("missing queue", err)
	_, err = channelOf(connection).QueueDeclare(locked, false, true, true, false, nil)
	tellError("other properties", err)
	_, err = channelOf(connection).QueueDeclare(locked, false, false, true, false,
		amqp.Table{amqp.QueueMaxLenArg: 1})
	tellError("other arguments", err)
	_, err = channelOf(stranger).QueueDeclare(locked, false, false, true, false, nil)
	tellError("locked queue", err)
	must(stranger.Close())
	tellError("reserved name", channelOf(connection).
		ExchangeDeclare("amq.mine", amqp.ExchangeDirect, false, false, false, false, nil))

	channel = channelOf(connection)
	closed := channel.NotifyClose(make(chan *amqp.Error, 1))
	must(channel.Publish(missing, "", false, false, amqp.Publishing{}))
	tellError("publishing to a missing exchange", next("the closing", closed))
	channel = channelOf(connection)
	closed = channel.NotifyClose(make(chan *amqp.Error, 1))
	must(channel.Ack(99, false))
	tellError("unknown delivery tag", next("the closing", closed))

	_, err = amqp.Dial(strings.Replace(url, "guest:guest@", "guest:wrong@", 1))
	tellError("wrong password", err)
	_, err = amqp.DialConfig(url, amqp.Config{Vhost: "nowhere"})
	tellError("missing virtual host", err)
	must(channelOf(connection).Close())
	tell("open", details{"open": !connection.IsClosed()})
}

func tellError(when string, err error) {
	refusal, ok := err.(*amqp.Error)
	if !ok {
		tell("error", details{"when": when, "other": err})
		return
	}
	text := strings.ReplaceAll(refusal.Reason, named(""), "")
	tell("error", details{"when": when, "code": refusal.Code, "text": text})
}
