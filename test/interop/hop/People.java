import static java.util.stream.Collectors.toSet;

import com.rabbitmq.http.client.Client;
import com.rabbitmq.http.client.domain.TopicPermissions;
import com.rabbitmq.http.client.domain.UserInfo;
import com.rabbitmq.http.client.domain.UserPermissions;
import com.rabbitmq.http.client.domain.VhostInfo;
import com.rabbitmq.http.client.domain.VhostLimits;
import java.util.List;
import java.util.Set;

/** Virtual hosts, users, permissions and limits. */
final class People {
    private People() {}

    static void hosts(Client client) {
        client.createVhost("java/hosts", true, "For a while", "a", "b");
        VhostInfo host = client.getVhost("java/hosts");
        Api.equal("description", host.getDescription(), "For a while");
        Api.equal("tags", host.getTags(), List.of("a", "b"));
        Api.equal("tracing", host.isTracing(), true);
        Api.equal("states", host.getClusterState().size(), 1);
        client.deleteVhost("java/hosts");
        Api.equal("gone", client.getVhost("java/hosts"), null);
    }

    static void users(Client client) throws Exception {
        client.createUser("java.user", "secret".toCharArray(), List.of("management", "policymaker"));
        UserInfo user = client.getUser("java.user");
        Api.equal("tags", user.getTags(), List.of("management", "policymaker"));
        Client theirs = Api.clientOf("java.user", "secret");
        Api.equal("who", theirs.whoAmI().getName(), "java.user");
        client.updateUser("java.user", "other".toCharArray(), List.of("management"));
        Api.equal("tags", Api.clientOf("java.user", "other").whoAmI().getTags(), List.of("management"));

        client.updatePermissions(Api.VHOST, "java.user", new UserPermissions("", ".*", "^java"));
        UserPermissions permissions = client.getPermissions(Api.VHOST, "java.user");
        Api.equal("configure", permissions.getConfigure(), "^java");
        Api.equal("read", permissions.getRead(), "");
        Api.equal("permitted", namesOf(client.getPermissionsIn(Api.VHOST)), Set.of("guest", "java.user"));
        client.updateTopicPermissions(Api.VHOST, "java.user", new TopicPermissions("amq.topic", ".*", "^a"));
        List<TopicPermissions> topics = client.getTopicPermissions(Api.VHOST, "java.user");
        Api.equal("topics", topics.get(0).getExchange() + topics.get(0).getWrite(), "amq.topic^a");
        client.clearTopicPermissions(Api.VHOST, "java.user");
        client.clearPermissions(Api.VHOST, "java.user");
        Api.equal("permissions", client.getPermissions(Api.VHOST, "java.user"), null);
        client.deleteUser("java.user");
        Api.equal("gone", client.getUser("java.user"), null);
    }

    static void limits(Client client) {
        client.limitMaxNumberOfQueues(Api.VHOST, 50);
        client.limitMaxNumberOfConnections(Api.VHOST, 5);
        VhostLimits limits = client.getVhostLimits(Api.VHOST);
        Api.equal("queues", limits.getMaxQueues(), 50);
        Api.equal("connections", limits.getMaxConnections(), 5);
        client.clearMaxQueuesLimit(Api.VHOST);
        client.clearMaxConnectionsLimit(Api.VHOST);
        Api.equal("without", client.getVhostLimits(Api.VHOST).getMaxQueues(), -1);
    }

    private static Set<String> namesOf(List<UserPermissions> permissions) {
        return permissions.stream().map(UserPermissions::getUser).collect(toSet());
    }
}
