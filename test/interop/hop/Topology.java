import com.rabbitmq.http.client.Client;
import com.rabbitmq.http.client.GetAckMode;
import com.rabbitmq.http.client.GetEncoding;
import com.rabbitmq.http.client.domain.BindingInfo;
import com.rabbitmq.http.client.domain.DeleteQueueParameters;
import com.rabbitmq.http.client.domain.ExchangeInfo;
import com.rabbitmq.http.client.domain.InboundMessage;
import com.rabbitmq.http.client.domain.OutboundMessage;
import com.rabbitmq.http.client.domain.Page;
import com.rabbitmq.http.client.domain.PolicyInfo;
import com.rabbitmq.http.client.domain.QueryParameters;
import com.rabbitmq.http.client.domain.QueueInfo;
import java.util.List;
import java.util.Map;

/** Exchanges, queues, bindings, policies, and what is in queues. */
final class Topology {
    private Topology() {}

    static void topology(Client client) {
        String vhost = Api.VHOST;
        client.declareExchange(vhost, "java.x", new ExchangeInfo("topic", true, false, false, Map.of("x", 1)));
        ExchangeInfo exchange = client.getExchange(vhost, "java.x");
        Api.equal("type", exchange.getType(), "topic");
        Api.equal("arguments", exchange.getArguments(), Map.of("x", 1));
        client.declareQueue(vhost, "java.q", new QueueInfo(true, false, false, Map.of("x-max-length", 10)));
        client.declareQueue(vhost, "java.qq", new QueueInfo(true, false, false, Map.of("x-queue-type", "quorum")));
        QueueInfo queue = client.getQueue(vhost, "java.q");
        Api.equal("arguments", queue.getArguments(), Map.of("x-max-length", 10));
        Api.equal("durable", queue.isDurable(), true);
        QueueInfo quorum = client.getQueue(vhost, "java.qq");
        Api.equal("type", quorum.getType(), "quorum");
        Api.equal("members", quorum.getMemberNodes(), List.of(quorum.getLeaderNode()));

        client.bindQueue(vhost, "java.q", "java.x", "a/b.#", Map.of("x", "y"));
        client.bindQueue(vhost, "java.qq", "java.x", "");
        client.bindExchange(vhost, "amq.fanout", "java.x", "#");
        List<BindingInfo> between = client.getQueueBindingsBetween(vhost, "java.x", "java.q");
        Api.equal("bindings", between.size(), 1);
        Api.equal("key", between.get(0).getRoutingKey(), "a/b.#");
        Api.equal("from", client.getBindingsBySource(vhost, "java.x").size(), 3);
        Api.equal("to", client.getExchangeBindingsByDestination(vhost, "amq.fanout").size(), 1);
        client.unbindExchange(vhost, "amq.fanout", "java.x", "%23");
        client.unbindQueue(vhost, "java.q", "java.x", between.get(0).getPropertiesKey());
        Api.equal("left", client.getBindingsBySource(vhost, "java.x").size(), 1);
        client.deleteExchange(vhost, "java.x");
        client.deleteQueue(vhost, "java.q", new DeleteQueueParameters(true, true));
        client.deleteQueue(vhost, "java.qq");
        Api.equal("gone", client.getQueue(vhost, "java.q"), null);
    }

    static void messages(Client client) throws Exception {
        String vhost = Api.VHOST;
        client.declareQueue(vhost, "java.messages", new QueueInfo(true, false, false));
        Map<String, Object> properties = Map.of("delivery_mode", 2, "content_type", "text/plain");
        OutboundMessage message = new OutboundMessage().payload("hop").utf8Encoded().properties(properties);
        Api.equal("routed", client.publish(vhost, "amq.default", "java.messages", message), true);
        Api.equal("routed", client.publish(vhost, "amq.default", "nowhere", message), false);
        OutboundMessage octets = new OutboundMessage().payload("aG9w").base64Encoded();
        client.publish(vhost, "amq.default", "java.messages", octets);
        List<InboundMessage> looked =
            client.get(vhost, "java.messages", 5, GetAckMode.NACK_REQUEUE_TRUE, GetEncoding.AUTO);
        Api.equal("looked at", looked.size(), 2);
        Api.equal("payload", looked.get(0).getPayload(), "hop");
        Api.equal("type", looked.get(0).getProperties().get("content_type"), "text/plain");
        List<InboundMessage> taken =
            client.get(vhost, "java.messages", 1, GetAckMode.ACK_REQUEUE_FALSE, GetEncoding.BASE64, 2);
        Api.equal("truncated", taken.get(0).getPayload(), "aG8=");
        Api.equal("redelivered", taken.get(0).isRedelivered(), true);
        Api.equal("left", taken.get(0).getMessageCount(), 1);
        client.purgeQueue(vhost, "java.messages");
        Api.equal("purged", client.get(vhost, "java.messages"), null);
        Api.eventually("statistics", () -> {
            QueueInfo queue = client.getQueue(vhost, "java.messages");
            return queue.getTotalMessages() == 0 && queue.getMessageStats() != null
                && queue.getMessageStats().getBasicPublish() == 2;
        });
        client.deleteQueue(vhost, "java.messages");
    }

    static void policies(Client client) throws Exception {
        String vhost = Api.VHOST;
        client.declarePolicy(vhost, "java.policy", new PolicyInfo("^java", 3, "queues", Map.of("max-length", 5)));
        client.declareOperatorPolicy(vhost, "java.operator", new PolicyInfo(".*", 0, "queues", Map.of("max-length", 2)));
        PolicyInfo policy = client.getPolicies(vhost).get(0);
        Api.equal("name", policy.getName() + policy.getPattern() + policy.getApplyTo(), "java.policy^javaqueues");
        Api.equal("priority", policy.getPriority(), 3);
        Api.equal("definition", policy.getDefinition(), Map.of("max-length", 5));
        client.declareQueue(vhost, "java.ruled", new QueueInfo(true, false, false));
        Map<String, Object> effective = Map.of("max-length", 2);
        Api.eventually("in effect",
            () -> effective.equals(client.getQueue(vhost, "java.ruled").getEffectivePolicyDefinition()));
        client.deletePolicy(vhost, "java.policy");
        client.deleteOperatorPolicy(vhost, "java.operator");
        client.deleteQueue(vhost, "java.ruled");
        Api.equal("policies", client.getPolicies(vhost).size(), 0);
    }

    static void pages(Client client) {
        for (String name : List.of("java.page.c", "java.page.a", "java.page.b")) {
            client.declareQueue(Api.VHOST, name, new QueueInfo(true, false, false));
        }
        QueryParameters second = new QueryParameters().name("^java\\.page", true)
            .pagination().pageSize(2).nextPage(new Page<>()).query();
        Page<QueueInfo> page = client.getQueues(Api.VHOST, second);
        Api.equal("items", page.getItemsAsList().size(), 2);
        Api.equal("counts", page.getFilteredCount() + " on " + page.getPageCount(), "3 on 2");
        Api.equal("first", page.getItemsAsList().get(0).getName(), "java.page.a");
        for (QueueInfo queue : client.getQueues(Api.VHOST)) {
            client.deleteQueue(Api.VHOST, queue.getName());
        }
    }
}
