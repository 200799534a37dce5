package main

import (
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Prefetch, acknowledgement of several, requeueing and rejecting.
func consume(connection *amqp.Connection) {
	channel := channelOf(connection)
	must(channel.Confirm(false))
	queue := transient(channel, "consume", nil)
	for n := 1; n <= 6; n++ {
		publish(channel, queue, fmt.Sprint(n)).Wait()
	}
	must(channel.Qos(3, 0, false))
	deliveries, err := channel.Consume(queue, "mine", false, false, false, false, nil)
	must(err)
	var held []amqp.Delivery
	take := func(count int) {
		var bodies []string
		for ; count > 0; count-- {
			delivery := next("a delivery", deliveries)
			held = append(held, delivery)
			text := string(delivery.Body)
			if delivery.Redelivered {
				text += " again"
			}
			bodies = append(bodies, text)
		}
		// What may be delivered has been, when the broker answers this.
		found, err := channel.QueueDeclarePassive(queue, false, false, true, false, nil)
		must(err)
		tell("held", details{
			"bodies": bodies, "ready": found.Messages, "consumers": found.Consumers,
		})
	}
	take(3)
	must(held[1].Ack(true))
	take(2)
	must(held[2].Nack(false, true))
	take(1)
	must(held[3].Reject(false))
	take(1)
	must(channel.Ack(0, true))
	must(channel.Cancel("mine", false))
	_, isOpen := <-deliveries
	left, err := channel.QueueDelete(queue, false, false, false)
	must(err)
	tell("left", details{"left": left, "consuming": isOpen})
	must(channel.Close())
}

// Asks through an exclusive queue for the answers, and through direct reply-to.
func rpc(connection *amqp.Connection) {
	server := channelOf(connection)
	requests := transient(server, "requests", nil)
	must(server.Qos(1, 0, false))
	asked, err := server.Consume(requests, "", false, false, false, false, nil)
	must(err)
	go func() {
		for request := range asked {
			must(server.Publish("", request.ReplyTo, false, false, amqp.Publishing{
				CorrelationId: request.CorrelationId, Body: upper(request.Body),
			}))
			must(request.Ack(false))
		}
	}()

	client := channelOf(connection)
	own, err := client.QueueDeclare("", false, true, true, false, nil)
	must(err)
	for _, replyTo := range []string{own.Name, "amq.rabbitmq.reply-to"} {
		answers, err := client.Consume(replyTo, "", true, false, false, false, nil)
		must(err)
		for _, word := range []string{"hare", "leveret"} {
			must(client.Publish("", requests, false, false, amqp.Publishing{
				ReplyTo: replyTo, CorrelationId: "about " + word, Body: []byte(word),
			}))
			answer := next("an answer", answers)
			tell("answered", details{"about": answer.CorrelationId, "answer": string(answer.Body)})
		}
	}
	must(client.Close())
	must(server.Close())
}

// The consumer of a queue that somebody deletes is told.
func cancel(connection *amqp.Connection) {
	channel := channelOf(connection)
	queue := transient(channel, "cancel", nil)
	cancelled := channel.NotifyCancel(make(chan string, 1))
	deliveries, err := channel.Consume(queue, "watcher", false, false, false, false, nil)
	must(err)
	other := channelOf(connection)
	_, err = other.QueueDelete(queue, false, false, false)
	must(err)
	tag := next("the cancellation", cancelled)
	_, isOpen := <-deliveries
	// The channel goes on.
	_, err = channel.QueueDeclare("", false, false, true, false, nil)
	must(err)
	tell("cancelled", details{"tag": tag, "consuming": isOpen, "closed": channel.IsClosed()})
	must(other.Close())
	must(channel.Close())
}
