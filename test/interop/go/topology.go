package main

import amqp "github.com/rabbitmq/amqp091-go"

// A durable queue with arguments, bound to a durable exchange, and the queue of its dead letters.
func declare(connection *amqp.Connection) {
	channel := channelOf(connection)
	exchange, queue, dead := named("exchange"), named("queue"), named("dead")
	must(channel.ExchangeDeclare(exchange, amqp.ExchangeTopic, true, false, false, false, nil))
	must(channel.ExchangeDeclare(dead, amqp.ExchangeFanout, true, false, false, false, nil))
	_, err := channel.QueueDeclare(dead, true, false, false, false, nil)
	must(err)
	must(channel.QueueBind(dead, "", dead, false, nil))
	declared, err := channel.QueueDeclare(queue, true, false, false, false, amqp.Table{
		amqp.QueueTypeArg:        amqp.QueueTypeClassic,
		amqp.QueueMessageTTLArg:  3600000,
		amqp.QueueMaxLenArg:      2,
		"x-dead-letter-exchange": dead,
	})
	must(err)
	tell("declared", details{
		"own": declared.Name == queue, "messages": declared.Messages, "consumers": declared.Consumers,
	})
	must(channel.QueueBind(queue, "task.#", exchange, false, nil))

	must(channel.Confirm(false))
	for _, key := range []string{"task.1", "other", "task.2.b", "task"} {
		confirmation, err := channel.PublishWithDeferredConfirm(exchange, key, false, false,
			amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte("by " + key)})
		must(err)
		confirmation.Wait()
	}
	found, err := channel.QueueDeclarePassive(queue, true, false, false, false, nil)
	must(err)
	tell("found", details{"messages": found.Messages, "consumers": found.Consumers})

	tellDead(channel, dead)
	taken, ok, err := channel.Get(queue, false)
	must(err)
	tell("got", details{"ok": ok, "body": string(taken.Body), "left": taken.MessageCount})
	must(taken.Reject(false))
	tellDead(channel, dead)

	must(channel.QueueUnbind(queue, "task.#", exchange, nil))
	purged, err := channel.QueuePurge(queue, false)
	must(err)
	left, err := channel.QueueDelete(queue, true, true, false)
	must(err)
	tell("deleted", details{"purged": purged, "left": left})
	_, err = channel.QueueDelete(dead, false, false, false)
	must(err)
	must(channel.ExchangeDelete(exchange, true, false))
	must(channel.ExchangeDelete(dead, true, false))
	must(channel.Close())
}

// Tells of a dead letter, taking it with basic.get: it may still be under way.
func tellDead(channel *amqp.Channel, queue string) {
	deliveries, err := channel.Consume(queue, "", true, false, false, false, nil)
	must(err)
	letter := next("a dead letter", deliveries)
	death := letter.Headers["x-death"].([]any)[0].(amqp.Table)
	tell("dead", details{
		"body": string(letter.Body), "reason": death["reason"], "count": death["count"],
		"own": death["queue"] == named("queue") && death["exchange"] == named("exchange"),
	})
	must(channel.Cancel(letter.ConsumerTag, false))
}
