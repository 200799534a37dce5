import com.rabbitmq.http.client.Client;
import com.rabbitmq.http.client.HttpClientException;
import com.rabbitmq.http.client.domain.ChannelInfo;
import com.rabbitmq.http.client.domain.ConnectionInfo;
import com.rabbitmq.http.client.domain.ConsumerDetails;
import com.rabbitmq.http.client.domain.Definitions;
import com.rabbitmq.http.client.domain.NodeInfo;
import com.rabbitmq.http.client.domain.OverviewResponse;
import com.rabbitmq.http.client.domain.QueueInfo;
import java.util.List;

/** What goes on, and what is refused. */
final class Operations {
    private Operations() {}

    static void clients(Client client) throws Exception {
        String name = client.getConnections().get(0).getName();
        Api.eventually("statistics", () -> client.getConnection(name).getChannels() == 1);
        ConnectionInfo connection = client.getConnection(name);
        Api.equal("name", connection.getClientProperties().getConnectionName(), "watched");
        Api.equal("protocol", connection.getProtocol(), "AMQP 0-9-1");
        Api.equal("where", connection.getUser() + connection.getVhost() + connection.getState(), "guest/running");
        ChannelInfo channel = client.getChannel(client.getChannels(name).get(0).getName());
        Api.equal("prefetch", channel.getPrefetchCount(), 7);
        Api.equal("consumers", channel.getConsumerCount(), 1);
        Api.equal("of", channel.getConnectionDetails().getName(), name);
        List<ConsumerDetails> consumers = client.getConsumers("/");
        Api.equal("consumer", consumers.get(0).getConsumerTag(), "watcher");
        Api.equal("its queue", consumers.get(0).getQueueDetails().getName(), "watched");
        Api.equal("active", consumers.get(0).isActive() && consumers.get(0).isAckRequired(), true);
        QueueInfo queue = client.getQueue("/", "watched");
        Api.equal("consumers", queue.getConsumerDetails().size(), 1);
        Api.equal("of the user", client.getConnectionsOfUser("guest").size(), 1);
        client.closeConnection(name, "enough");
        Api.eventually("closed", () -> client.getConnections().isEmpty());
    }

    static void overview(Client client) {
        OverviewResponse overview = client.getOverview();
        Api.equal("types", overview.getExchangeTypes().size(), 4);
        Api.equal("has versions", overview.getServerVersion() != null, true);
        NodeInfo node = client.getNode(overview.getNode());
        Api.equal("running", node.isRunning(), true);
        Api.equal("alarms", node.isMemoryAlarmActive() || node.isDiskAlarmActive(), false);
        Api.equal("tells its memory", node.getMemoryUsed() > 0 && node.getMemoryLimit() > 0, true);
        Api.equal("alive", client.alivenessTest("/"), true);
        client.setClusterName("warren");
        Api.equal("cluster", client.getClusterName().getName(), "warren");
        Definitions definitions = client.getDefinitions();
        Api.equal("defines", definitions.getVhosts().size() > 1 && !definitions.getUsers().isEmpty(), true);
    }

    static void refusals(Client client) throws Exception {
        Api.equal("missing queue", client.getQueue(Api.VHOST, "missing"), null);
        client.declareQueue(Api.VHOST, "refusals", new QueueInfo(true, false, false));
        Api.equal("other queue", refusal(() -> client.declareQueue(Api.VHOST, "refusals", new QueueInfo(false, false, false))), 400);
        client.deleteQueue(Api.VHOST, "refusals");
        Client stranger = Api.clientOf("guest", "wrong");
        Api.equal("wrong password", refusal(stranger::whoAmI), 401);
    }

    private static int refusal(Runnable request) {
        try {
            request.run();
            return 0;
        } catch (HttpClientException refused) {
            return refused.status();
        }
    }
}
