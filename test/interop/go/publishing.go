package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Confirms, awaited one by one and in the stream of all; and those of a queue that is full.
func confirm(connection *amqp.Connection) {
	channel := channelOf(connection)
	must(channel.Confirm(false))
	queue := transient(channel, "confirm", nil)
	stream := channel.NotifyPublish(make(chan amqp.Confirmation, 100))
	var pending []*amqp.DeferredConfirmation
	for n := 1; n <= 100; n++ {
		pending = append(pending, publish(channel, queue, fmt.Sprint(n)))
	}
	acked, tagged := 0, 0
	for index, confirmation := range pending {
		if confirmation.Wait() {
			acked++
		}
		one := next("a confirmation", stream)
		if one.Ack && one.DeliveryTag == uint64(index+1) {
			tagged++
		}
	}
	found, err := channel.QueueDeclarePassive(queue, false, false, true, false, nil)
	must(err)
	tell("confirmed", details{"acked": acked, "tagged": tagged, "messages": found.Messages})

	full := transient(channel, "full", amqp.Table{
		amqp.QueueMaxLenArg: 1, amqp.QueueOverflowArg: amqp.QueueOverflowRejectPublish,
	})
	var accepted []bool
	for n := 1; n <= 3; n++ {
		accepted = append(accepted, publish(channel, full, fmt.Sprint(n)).Wait())
	}
	tell("overflow", details{"accepted": accepted})
	must(channel.Close())
}

// Mandatory messages that no queue takes come back, before they are confirmed.
func returned(connection *amqp.Connection) {
	channel := channelOf(connection)
	must(channel.Confirm(false))
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	nowhere := named("nowhere")
	confirmation, err := channel.PublishWithDeferredConfirm("amq.direct", nowhere, true, false,
		amqp.Publishing{MessageId: "m1", Body: []byte("lost")})
	must(err)
	isAcked := confirmation.Wait()
	// It came before the confirm, so that it waits here already.
	select {
	case lost := <-returns:
		tell("returned", details{
			"code": lost.ReplyCode, "text": lost.ReplyText, "exchange": lost.Exchange,
			"own": lost.RoutingKey == nowhere, "messageId": lost.MessageId, "body": string(lost.Body),
		})
	default:
		tell("not returned", nil)
	}
	tell("confirmed", details{"acked": isAcked})
	must(channel.Close())
}

// All properties, and headers of all types, come as they were sent.
func properties(connection *amqp.Connection) {
	channel := channelOf(connection)
	queue := transient(channel, "properties", nil)
	at := time.Unix(1_700_000_000, 0)
	sent := amqp.Publishing{
		ContentType: "text/plain", ContentEncoding: "utf-8", DeliveryMode: amqp.Transient, Priority: 7,
		CorrelationId: "c1", ReplyTo: "somewhere", Expiration: "3600000", MessageId: "m1",
		Timestamp: at, Type: "greeting", UserId: "guest", AppId: "interop",
		Headers: amqp.Table{
			"bool": true, "byte": byte(200), "int8": int8(-8), "int16": int16(-1600), "int32": int32(-320000),
			"int64": int64(1) << 60, "float": float32(0.5), "double": 0.1, "text": "é – 兎",
			"octets": []byte{0, 255}, "time": at, "nothing": nil,
			"decimal": amqp.Decimal{Scale: 2, Value: 12345},
			"list":    []any{int32(1), "two", []any{true}},
			"table":   amqp.Table{"inner": amqp.Table{"n": int64(-1)}},
		},
		Body: []byte("with all"),
	}
	must(channel.Publish("", queue, false, false, sent))
	deliveries, err := channel.Consume(queue, "", true, false, false, false, nil)
	must(err)
	came := next("the message", deliveries)
	got := amqp.Publishing{
		ContentType: came.ContentType, ContentEncoding: came.ContentEncoding,
		DeliveryMode: came.DeliveryMode, Priority: came.Priority, CorrelationId: came.CorrelationId,
		ReplyTo: came.ReplyTo, Expiration: came.Expiration, MessageId: came.MessageId,
		Timestamp: came.Timestamp, Type: came.Type, UserId: came.UserId, AppId: came.AppId,
		Headers: came.Headers, Body: came.Body,
	}
	if reflect.DeepEqual(sent, got) {
		tell("same properties", details{"headers": len(came.Headers)})
	} else {
		tell("other properties", details{"sent": fmt.Sprint(sent), "came": fmt.Sprint(got)})
	}
	must(channel.Close())
}

// A body of many frames, and one of none.
func large(connection *amqp.Connection) {
	channel := channelOf(connection)
	queue := transient(channel, "large", nil)
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<17)
	must(channel.Publish("", queue, false, false, amqp.Publishing{Body: body}))
	must(channel.Publish("", queue, false, false, amqp.Publishing{}))
	deliveries, err := channel.Consume(queue, "", true, false, false, false, nil)
	must(err)
	first := next("the large message", deliveries)
	second := next("the empty message", deliveries)
	tell("large", details{
		"size": len(first.Body), "same": bytes.Equal(first.Body, body), "empty": len(second.Body),
	})
	must(channel.Close())
}

// Declares a queue of this connection alone.
func transient(channel *amqp.Channel, name string, arguments amqp.Table) string {
	queue, err := channel.QueueDeclare(named(name), false, false, true, false, arguments)
	must(err)
	return queue.Name
}

func publish(channel *amqp.Channel, queue string, body string) *amqp.DeferredConfirmation {
	confirmation, err := channel.PublishWithDeferredConfirm("", queue, false, false,
		amqp.Publishing{ContentType: "text/plain", Body: []byte(body)})
	must(err)
	return confirmation
}

func upper(body []byte) []byte {
	return []byte(strings.ToUpper(string(body)))
}
