package main

import rabbithole "github.com/michaelklishin/rabbit-hole/v3"

func hosts(client *rabbithole.Client) {
	settings := rabbithole.VhostSettings{
		Description:      "For a while",
		Tags:             rabbithole.VhostTags{"a", "b"},
		DefaultQueueType: "quorum",
		Tracing:          true,
	}
	equal("created", status(client.PutVhost("go/hosts", settings)), 201)
	equal("changed", status(client.PutVhost("go/hosts", settings)), 204)
	host := given(client.GetVhost("go/hosts"))
	equal("name", host.Name, "go/hosts")
	equal("description", host.Description, "For a while")
	equal("tags", host.Tags, rabbithole.VhostTags{"a", "b"})
	equal("type", host.DefaultQueueType, "quorum")
	equal("tracing", host.Tracing, true)
	equal("states", len(host.ClusterState), 1)

	status(client.EnableVhostDeletionProtection("go/hosts"))
	_, err := client.DeleteVhost("go/hosts")
	equal("protected", err.(rabbithole.ErrorResponse).StatusCode, 412)
	status(client.DisableVhostDeletionProtection("go/hosts"))
	equal("deleted", status(client.DeleteVhost("go/hosts")), 204)
	_, err = client.GetVhost("go/hosts")
	equal("gone", err.(rabbithole.ErrorResponse).StatusCode, 404)
}

func users(client *rabbithole.Client) {
	settings := rabbithole.UserSettings{Password: "secret", Tags: rabbithole.UserTags{"policymaker", "management"}}
	equal("created", status(client.PutUser("go.user", settings)), 201)
	equal("changed", status(client.PutUser("go.user", settings)), 204)
	user := given(client.GetUser("go.user"))
	equal("tags", user.Tags, rabbithole.UserTags{"policymaker", "management"})

	hashed := rabbithole.UserSettings{
		PasswordHash:     rabbithole.Base64EncodedSaltedPasswordHashSHA256("hashed"),
		HashingAlgorithm: rabbithole.HashingAlgorithmSHA256,
		Tags:             rabbithole.UserTags{"management"},
	}
	equal("created with a hash", status(client.PutUser("go.hashed", hashed)), 201)
	other := given(rabbithole.NewClient(client.Endpoint, "go.hashed", "hashed"))
	who := given(other.Whoami())
	equal("who", who.Name, "go.hashed")
	equal("who's tags", who.Tags, rabbithole.UserTags{"management"})
	equal("without a password", status(client.PutUserWithoutPassword("go.external", settings)), 201)

	without := given(client.ListUsersWithoutPermissions())
	equal("without permissions", len(without), 3)
	everything := rabbithole.Permissions{Configure: ".*", Write: ".*", Read: "^go"}
	equal("permitted", status(client.UpdatePermissionsIn(vhost, "go.user", everything)), 201)
	permission := given(client.GetPermissionsIn(vhost, "go.user"))
	equal("permission", permission, rabbithole.PermissionInfo{
		User: "go.user", Vhost: vhost, Configure: ".*", Write: ".*", Read: "^go",
	})
	equal("permissions", given(client.ListPermissionsOf("go.user")), []rabbithole.PermissionInfo{permission})
	topic := rabbithole.TopicPermissions{Exchange: "amq.topic", Write: "^a", Read: ".*"}
	equal("topic", status(client.UpdateTopicPermissionsIn(vhost, "go.user", topic)), 201)
	topics := given(client.GetTopicPermissionsIn(vhost, "go.user"))
	equal("topics", topics, []rabbithole.TopicPermissionInfo{
		{User: "go.user", Vhost: vhost, Exchange: "amq.topic", Write: "^a", Read: ".*"},
	})
	status(client.DeleteTopicPermissionsIn(vhost, "go.user", "amq.topic"))
	status(client.ClearPermissionsIn(vhost, "go.user"))
	equal("deleted", status(client.BulkDeleteUsers([]string{"go.user", "go.hashed"})), 204)
	equal("deleted", status(client.DeleteUser("go.external")), 204)
	for _, left := range given(client.ListUsers()) {
		equal("left", left.Name, "guest")
	}
}

func limits(client *rabbithole.Client) {
	status(client.PutVhostLimits(vhost, rabbithole.VhostLimitsValues{"max-queues": 50, "max-connections": 5}))
	equal("limits", given(client.GetVhostLimits(vhost)), []rabbithole.VhostLimitsInfo{
		{Vhost: vhost, Value: rabbithole.VhostLimitsValues{"max-queues": 50, "max-connections": 5}},
	})
	status(client.DeleteVhostLimits(vhost, rabbithole.VhostLimits{"max-queues", "max-connections"}))
	equal("without limits", given(client.GetAllVhostLimits()), []rabbithole.VhostLimitsInfo{})

	status(client.PutUser("go.limited", rabbithole.UserSettings{Password: "secret"}))
	status(client.PutUserLimits("go.limited", rabbithole.UserLimitsValues{"max-channels": 7}))
	equal("limits", given(client.GetUserLimits("go.limited")), []rabbithole.UserLimitsInfo{
		{User: "go.limited", Value: rabbithole.UserLimitsValues{"max-channels": 7}},
	})
	status(client.DeleteUserLimits("go.limited", rabbithole.UserLimits{"max-channels"}))
	equal("without limits", given(client.GetAllUserLimits()), []rabbithole.UserLimitsInfo{})
	status(client.DeleteUser("go.limited"))
}

func refusals(client *rabbithole.Client) {
	_, err := client.GetQueue(vhost, "missing")
	equal("missing queue", err, rabbithole.ErrorResponse{
		StatusCode: 404, Message: "Object Not Found", Reason: "Not Found",
	})
	status(client.DeclareQueue(vhost, "refusals", rabbithole.QueueSettings{Durable: true}))
	_, err = client.DeclareQueue(vhost, "refusals", rabbithole.QueueSettings{Durable: false})
	equal("other queue", err, rabbithole.ErrorResponse{
		StatusCode: 400,
		Message:    "bad_request",
		Reason:     "inequivalent arg 'durable' for queue 'refusals' in vhost 'go/shop': received 'false' but current is 'true'",
	})
	status(client.DeleteQueue(vhost, "refusals"))
	// It takes what is gone already for deleted.
	equal("deleted twice", status(client.DeleteQueue(vhost, "refusals")), 404)
	stranger := given(rabbithole.NewClient(client.Endpoint, "guest", "wrong"))
	_, err = stranger.Whoami()
	equal("wrong password", err.Error(), "Error: API responded with a 401 Unauthorized")
}
