// What users of amqp091-go do, for the tests: each argument names a scenario, and all run on one
// connection. Each tells what happens in one line of JSON for each event.
//
// AMQP_URL says where, PREFIX begins the names of all that is declared.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// No wait takes longer: only a failing run ever waits so long.
const patience = 20 * time.Second

var url = os.Getenv("AMQP_URL")

// Details of an event.
type details map[string]any

var telling sync.Mutex

func tell(event string, more details) {
	line := details{"event": event}
	for key, value := range more {
		line[key] = value
	}
	text, err := json.Marshal(line)
	must(err)
	telling.Lock()
	defer telling.Unlock()
	fmt.Println(string(text))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func named(name string) string {
	return os.Getenv("PREFIX") + "." + name
}

// Takes what comes next, or panics when nothing comes.
func next[T any](what string, from <-chan T) T {
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		panic("never came: " + what)
	}
}

var scenarios = map[string]func(*amqp.Connection){
	"declare":    declare,
	"confirm":    confirm,
	"return":     returned,
	"consume":    consume,
	"properties": properties,
	"large":      large,
	"rpc":        rpc,
	"cancel":     cancel,
	"errors":     errors,
}

func main() {
	switch os.Args[1] {
	case "reconnect":
		reconnect()
	case "recover":
		recoverByItself()
	default:
		perform(os.Args[1:])
	}
}

func perform(names []string) {
	connection, err := amqp.Dial(url)
	must(err)
	for _, name := range names {
		tell("scenario", details{"name": name})
		scenarios[name](connection)
	}
	must(connection.Close())
}

func channelOf(connection *amqp.Connection) *amqp.Channel {
	channel, err := connection.Channel()
	must(err)
	return channel
}
