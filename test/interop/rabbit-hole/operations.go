package main

import rabbithole "github.com/michaelklishin/rabbit-hole/v3"

func clients(client *rabbithole.Client) {
	connections := given(client.ListConnections())
	equal("connections", len(connections), 1)
	connection := given(client.GetConnection(connections[0].Name))
	eventually("statistics", func() bool {
		connection = given(client.GetConnection(connections[0].Name))
		return connection.Channels == 1 && connection.State == "running"
	})
	equal("name", connection.ClientProperties["connection_name"], "watched")
	equal("protocol", connection.Protocol, "AMQP 0-9-1")
	equal("state", connection.State, "running")
	equal("user", []any{connection.User, connection.Vhost, connection.Type}, []any{"guest", "/", "network"})
	channel := given(client.GetChannel(given(client.ListChannels())[0].Name))
	equal("channel", []any{channel.Number, channel.PrefetchCount, channel.ConsumerCount}, []any{1, 7, 1})
	equal("channel's connection", channel.ConnectionDetails.Name, connection.Name)
	consumers := given(client.ListConsumersIn("/"))
	equal("consumers", len(consumers), 1)
	equal("consumer", consumers[0].ConsumerTag, "watcher")
	equal("acknowledges", consumers[0].AcknowledgementMode, rabbithole.ManualAcknowledgement)
	equal("its queue", consumers[0].Queue, rabbithole.BriefQueueInfo{Name: "watched", Vhost: "/"})
	queue := given(client.GetQueue("/", "watched"))
	equal("its consumers", len(*queue.ConsumerDetails), 1)
	equal("of the user", len(given(client.ListConnectionsOfUser("guest"))), 1)
	equal("in the virtual host", len(given(client.ListVhostChannels("/"))), 1)
	equal("closed", status(client.CloseConnection(connection.Name)), 204)
	eventually("the connection is gone", func() bool { return len(given(client.ListConnections())) == 0 })
}

func overview(client *rabbithole.Client) {
	all := given(client.Overview())
	equal("types", len(all.ExchangeTypes), 4)
	nodes := given(client.ListNodes())
	equal("nodes", len(nodes), 1)
	equal("node", nodes[0].Name, all.Node)
	node := given(client.GetNode(all.Node))
	equal("running", []bool{node.IsRunning, node.MemAlarm, node.DiskFreeAlarm}, []bool{true, false, false})
	if node.MemUsed <= 0 || node.MemLimit <= 0 || node.Uptime == 0 || node.OsPid == "" {
		panic("the node does not tell how it is")
	}
	ports := given(client.ProtocolPorts())
	if ports["amqp"] <= 0 || ports["http"] <= 0 {
		panic("no ports of amqp and http")
	}
	flags := given(client.ListFeatureFlags())
	if len(flags) == 0 {
		panic("no feature flags")
	}
	for _, flag := range flags {
		equal(flag.Name, flag.State, rabbithole.State("enabled"))
	}
	equal("rebalanced", status(client.RebalanceQueues()), 204)
}

func health(client *rabbithole.Client) {
	alarms := given(client.HealthCheckAlarms())
	equal("alarms", alarms.Ok(), true)
	local := given(client.HealthCheckLocalAlarms())
	equal("local alarms", local.Ok(), true)
	hosts := given(client.HealthCheckVirtualHosts())
	equal("virtual hosts", hosts.Ok(), true)
	quorum := given(client.HealthCheckNodeIsQuorumCritical())
	equal("quorum", quorum.Ok(), true)
	certificates := given(client.HealthCheckCertificateExpiration(1, rabbithole.DAYS))
	equal("certificates", certificates.Ok(), true)
	amqp := given(client.HealthCheckProtocolListener(rabbithole.AMQP))
	equal("amqp", amqp.Ok(), true)
	mqtt := given(client.HealthCheckProtocolListener(rabbithole.MQTT))
	equal("mqtt", []any{mqtt.Ok(), mqtt.Missing}, []any{false, "mqtt"})
	port := uint(given(client.ProtocolPorts())["amqp"])
	open := given(client.HealthCheckPortListener(port))
	equal("port", []any{open.Ok(), open.Port}, []any{true, port})
	closed := given(client.HealthCheckPortListener(1))
	equal("missing port", []any{closed.Ok(), closed.Missing}, []any{false, uint(1)})
}

func definitions(client *rabbithole.Client) {
	status(client.DeclareQueue(vhost, "go.defined", rabbithole.QueueSettings{Durable: true}))
	all := given(client.ListDefinitions())
	if all.RabbitMQVersion == "" || all.Users == nil || len(*all.Vhosts) < 2 {
		panic("the export does not tell everything")
	}
	// It does not read the users of permissions, nor where policies are.
	all.Permissions, all.TopicPermissions, all.Policies = nil, nil, nil
	equal("uploaded", status(client.UploadDefinitions(all)), 204)
	one := given(client.ListVhostDefinitions(vhost))
	equal("queue", (*one.Queues)[0].Name, "go.defined")
	status(client.DeleteQueue(vhost, "go.defined"))
	equal("uploaded", status(client.UploadVhostDefinitions(one, vhost)), 204)
	equal("there again", given(client.GetQueue(vhost, "go.defined")).Durable, true)
	status(client.DeleteQueue(vhost, "go.defined"))
}
