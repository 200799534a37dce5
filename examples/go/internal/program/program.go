// Package program holds what all examples have in common: where the broker is, and how they tell
// what happens.
package program

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Details of an event.
type Details map[string]any

// Tell prints an event as one line of JSON.
func Tell(event string, more Details) {
	line := Details{"event": event}
	for name, value := range more {
		line[name] = value
	}
	text, err := json.Marshal(line)
	Must(err)
	fmt.Println(string(text))
}

// Must ends the program when something went wrong.
func Must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// MustBeAccepted does too, and tells what the broker refused.
func MustBeAccepted(err error) {
	if refusal, ok := err.(*amqp.Error); ok {
		Tell("refused", Details{"code": refusal.Code, "reason": refusal.Reason})
	}
	Must(err)
}

// Setting is a variable of the environment, or its default.
func Setting(name string, otherwise string) string {
	if value, isSet := os.LookupEnv(name); isSet {
		return value
	}
	return otherwise
}

// Connect opens a connection to AMQP_URL, and a channel.
func Connect() (*amqp.Connection, *amqp.Channel) {
	connection, err := amqp.Dial(Setting("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/"))
	Must(err)
	channel, err := connection.Channel()
	Must(err)
	return connection, channel
}

// Pairs reads name=value,name=value.
func Pairs(text string) amqp.Table {
	table := amqp.Table{}
	for _, pair := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(pair, "=")
		table[name] = value
	}
	return table
}
