package main

import (
	"net/url"

	rabbithole "github.com/michaelklishin/rabbit-hole/v3"
)

func topology(client *rabbithole.Client) {
	exchange := rabbithole.ExchangeSettings{
		Type: "topic", Durable: true, Arguments: map[string]any{"alternate-exchange": "amq.fanout"},
	}
	equal("exchange created", status(client.DeclareExchange(vhost, "go.x", exchange)), 201)
	equal("exchange again", status(client.DeclareExchange(vhost, "go.x", exchange)), 204)
	found := given(client.GetExchange(vhost, "go.x"))
	equal("type", found.Type, "topic")
	equal("arguments", found.Arguments, map[string]any{"alternate-exchange": "amq.fanout"})

	queue := rabbithole.QueueSettings{Durable: true, Arguments: map[string]any{"x-max-length": 10}}
	equal("queue created", status(client.DeclareQueue(vhost, "go.q", queue)), 201)
	equal("quorum queue", status(client.DeclareQueue(vhost, "go.qq", rabbithole.QueueSettings{Type: "quorum", Durable: true})), 201)
	classic := given(client.GetQueue(vhost, "go.q"))
	equal("type", classic.Type, "classic")
	equal("arguments", classic.Arguments, map[string]any{"x-max-length": 10.0})
	quorum := given(client.GetQueue(vhost, "go.qq"))
	equal("type", quorum.Type, "quorum")
	equal("leader", quorum.Leader, quorum.Node)
	equal("members", quorum.Members, quorum.Online)

	binding := rabbithole.BindingInfo{
		Source: "go.x", Destination: "go.q", DestinationType: "queue", RoutingKey: "a/b.#", Arguments: map[string]any{"x": "y"},
	}
	response, err := client.DeclareBinding(vhost, binding)
	equal("bound", status(response, err), 201)
	location := given(url.PathUnescape(response.Header.Get("Location")))
	between := given(client.ListQueueBindingsBetween(vhost, "go.x", "go.q"))
	equal("bindings", len(between), 1)
	equal("key", between[0].RoutingKey, "a/b.#")
	equal("location", location, "go.q/"+between[0].PropertiesKey)
	through := rabbithole.BindingInfo{Source: "go.x", Destination: "amq.direct", DestinationType: "exchange", RoutingKey: ""}
	equal("bound", status(client.DeclareBinding(vhost, through)), 201)
	equal("from", len(given(client.ListExchangeBindingsWithSource(vhost, "go.x"))), 2)
	equal("to", len(given(client.ListExchangeBindingsWithDestination(vhost, "amq.direct"))), 1)
	equal("of the queue", len(given(client.ListQueueBindings(vhost, "go.q"))), 2)

	for _, one := range append(between, given(client.ListExchangeBindingsBetween(vhost, "go.x", "amq.direct"))...) {
		equal("unbound", status(client.DeleteBinding(vhost, one)), 204)
	}
	equal("left", len(given(client.ListExchangeBindingsWithSource(vhost, "go.x"))), 0)
	equal("exchange deleted", status(client.DeleteExchange(vhost, "go.x")), 204)
	equal("queue deleted", status(client.DeleteQueue(vhost, "go.q", rabbithole.QueueDeleteOptions{IfEmpty: true, IfUnused: true})), 204)
	equal("queue deleted", status(client.DeleteQueue(vhost, "go.qq")), 204)
}

func messages(client *rabbithole.Client) {
	status(client.DeclareQueue(vhost, "go.messages", rabbithole.QueueSettings{Durable: true}))
	publish := rabbithole.PublishOptions{
		RoutingKey: "go.messages", Payload: "hop", PayloadEncoding: "string",
		Properties: map[string]any{"delivery_mode": 2, "headers": map[string]any{"a": 1}},
	}
	equal("routed", given(client.PublishToExchange(vhost, "amq.default", publish)).Routed, true)
	publish.RoutingKey = "nowhere"
	equal("routed", given(client.PublishToExchange(vhost, "amq.default", publish)).Routed, false)
	queue := given(client.GetQueue(vhost, "go.messages"))
	eventually("statistics", func() bool {
		queue = given(client.GetQueue(vhost, "go.messages"))
		return queue.Messages > 0 && queue.MessageStats != nil && queue.MessageStats.Publish > 0
	})
	equal("messages", []any{queue.Messages, queue.MessagesReady, queue.MessagesUnacknowledged}, []any{1, 1, 0})
	equal("octets", queue.MessagesBytes, int64(3))
	equal("published", queue.MessageStats.Publish, int64(1))
	equal("purged", status(client.PurgeQueue(vhost, "go.messages")), 204)
	eventually("purged", func() bool { return given(client.GetQueue(vhost, "go.messages")).Messages == 0 })
	status(client.DeleteQueue(vhost, "go.messages"))
}

func policies(client *rabbithole.Client) {
	policy := rabbithole.Policy{
		Pattern: "^go\\.", ApplyTo: "queues", Priority: 3, Definition: rabbithole.PolicyDefinition{"max-length": 5},
	}
	equal("created", status(client.PutPolicy(vhost, "go.policy", policy)), 201)
	equal("changed", status(client.PutPolicy(vhost, "go.policy", policy)), 204)
	equal("policy", *given(client.GetPolicy(vhost, "go.policy")), rabbithole.Policy{
		Vhost: vhost, Name: "go.policy", Pattern: "^go\\.", ApplyTo: "queues", Priority: 3,
		Definition: rabbithole.PolicyDefinition{"max-length": 5.0},
	})
	operator := rabbithole.OperatorPolicy{
		Pattern: ".*", ApplyTo: "queues", Definition: rabbithole.PolicyDefinition{"max-length": 2},
	}
	equal("created", status(client.PutOperatorPolicy(vhost, "go.operator", operator)), 201)
	equal("operator policies", len(given(client.ListOperatorPoliciesIn(vhost))), 1)
	status(client.DeclareQueue(vhost, "go.ruled", rabbithole.QueueSettings{Durable: true}))
	eventually("in effect", func() bool { return given(client.GetQueue(vhost, "go.ruled")).Policy == "go.policy" })
	_, err := client.PutPolicy(vhost, "wrong", rabbithole.Policy{Pattern: ".*", Definition: rabbithole.PolicyDefinition{"foo": 1}})
	equal("refused", err.(rabbithole.ErrorResponse).StatusCode, 400)
	equal("deleted", status(client.DeletePolicy(vhost, "go.policy")), 204)
	equal("deleted", status(client.DeleteOperatorPolicy(vhost, "go.operator")), 204)
	equal("policies", len(given(client.ListPoliciesIn(vhost))), 0)
	status(client.DeleteQueue(vhost, "go.ruled"))
}

func parameters(client *rabbithole.Client) {
	status(client.PutGlobalParameter("go.parameter", map[string]any{"a": 1}))
	equal("global", given(client.GetGlobalParameter("go.parameter")).Value, map[string]any{"a": 1.0})
	status(client.DeleteGlobalParameter("go.parameter"))
	status(client.PutRuntimeParameter("vhost-limits", vhost, "limits", map[string]any{"max-queues": 9}))
	parameter := given(client.GetRuntimeParameter("vhost-limits", vhost, "limits"))
	equal("parameter", *parameter, rabbithole.RuntimeParameter{
		Name: "limits", Vhost: vhost, Component: "vhost-limits", Value: map[string]any{"max-queues": 9.0},
	})
	equal("parameters", len(given(client.ListRuntimeParametersIn("vhost-limits", vhost))), 1)
	equal("deleted", status(client.DeleteRuntimeParameter("vhost-limits", vhost, "limits")), 204)
	status(client.SetClusterName(rabbithole.ClusterName{Name: "warren"}))
	equal("cluster", given(client.GetClusterName()).Name, "warren")
}

func pages(client *rabbithole.Client) {
	for _, name := range []string{"go.page.c", "go.page.a", "go.page.b"} {
		status(client.DeclareQueue(vhost, name, rabbithole.QueueSettings{Durable: true}))
	}
	query := url.Values{"page": {"2"}, "page_size": {"2"}, "name": {"^go\\.page"}, "use_regex": {"true"}, "sort": {"name"}}
	page := given(client.PagedListQueuesWithParametersIn(vhost, query))
	equal("counts", []int{page.Page, page.PageCount, page.PageSize, page.FilteredCount, page.ItemCount}, []int{2, 2, 2, 3, 1})
	equal("item", page.Items[0].Name, "go.page.c")
	some := given(client.ListQueuesWithParametersIn(vhost, url.Values{"columns": {"name"}, "sort": {"name"}, "sort_reverse": {"true"}}))
	equal("sorted", some[0].Name, "go.page.c")
	for _, queue := range given(client.ListQueuesIn(vhost)) {
		status(client.DeleteQueue(vhost, queue.Name))
	}
}
