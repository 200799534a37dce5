// What users of rabbit-hole do with the management API, for the tests: each argument names a scenario. Each tells in a line of
// JSON whether it went as it should.
//
// API_URL says where; one client is connected whose name is "watched".
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"time"

	rabbithole "github.com/michaelklishin/rabbit-hole/v3"
)

const (
	vhost    = "go/shop"
	patience = 20 * time.Second
)

var scenarios = map[string]func(*rabbithole.Client){
	"hosts":       hosts,
	"users":       users,
	"topology":    topology,
	"messages":    messages,
	"policies":    policies,
	"parameters":  parameters,
	"limits":      limits,
	"pages":       pages,
	"clients":     clients,
	"overview":    overview,
	"health":      health,
	"definitions": definitions,
	"refusals":    refusals,
}

func main() {
	client, err := rabbithole.NewClient(os.Getenv("API_URL"), "guest", "guest")
	must(err)
	_, err = client.PutVhost(vhost, rabbithole.VhostSettings{Description: "A shop"})
	must(err)
	for _, name := range os.Args[1:] {
		tell(name, perform(scenarios[name], client))
	}
}

// Why the scenario did not go as it should; empty when it did.
func perform(scenario func(*rabbithole.Client), client *rabbithole.Client) (why string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			why = fmt.Sprint(panicked)
		}
	}()
	scenario(client)
	return ""
}

func tell(name, why string) {
	line, err := json.Marshal(map[string]any{"event": "performed", "name": name, "why": why})
	must(err)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// The status of an answer without a body.
func status(response *http.Response, err error) int {
	must(err)
	must(response.Body.Close())
	return response.StatusCode
}

func equal(what string, found, wanted any) {
	if !reflect.DeepEqual(found, wanted) {
		panic(fmt.Sprintf("%s is %#v instead of %#v", what, found, wanted))
	}
}

func given[T any](value T, err error) T {
	must(err)
	return value
}

// Asks again until it holds: statistics follow what happens.
func eventually(what string, holds func() bool) {
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			panic("never: " + what)
		}
	}
}
