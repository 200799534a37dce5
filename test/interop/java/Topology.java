import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.Queue.DeclareOk;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.util.List;
import java.util.Map;

/** A durable queue with arguments, bound to a durable exchange, and the queue of its dead letters. */
final class Topology {
    private Topology() {}

    static void declare(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        String exchange = Client.named("exchange");
        String queue = Client.named("queue");
        String dead = Client.named("dead");
        channel.exchangeDeclare(exchange, BuiltinExchangeType.TOPIC, true);
        channel.exchangeDeclare(dead, BuiltinExchangeType.FANOUT, true);
        channel.queueDeclare(dead, true, false, false, null);
        channel.queueBind(dead, dead, "");
        DeclareOk declared = channel.queueDeclare(queue, true, false, false, Map.of(
            "x-queue-type", "classic",
            "x-message-ttl", 3_600_000,
            "x-max-length", 2,
            "x-dead-letter-exchange", dead));
        Tell.tell("declared", "own", declared.getQueue().equals(queue),
            "messages", declared.getMessageCount(), "consumers", declared.getConsumerCount());
        channel.queueBind(queue, exchange, "task.#");

        channel.confirmSelect();
        for (String key : List.of("task.1", "other", "task.2.b", "task")) {
            byte[] body = ("by " + key).getBytes(UTF_8);
            channel.basicPublish(exchange, key, MessageProperties.PERSISTENT_TEXT_PLAIN, body);
        }
        channel.waitForConfirmsOrDie(Client.PATIENCE * 1000L);
        DeclareOk found = channel.queueDeclarePassive(queue);
        Tell.tell("found", "messages", found.getMessageCount(), "consumers", found.getConsumerCount());

        tellDead(channel, dead);
        GetResponse taken = channel.basicGet(queue, false);
        Tell.tell("got", "ok", taken != null, "body", new String(taken.getBody(), UTF_8),
            "left", taken.getMessageCount());
        channel.basicReject(taken.getEnvelope().getDeliveryTag(), false);
        tellDead(channel, dead);

        channel.queueUnbind(queue, exchange, "task.#");
        int purged = channel.queuePurge(queue).getMessageCount();
        int left = channel.queueDelete(queue, true, true).getMessageCount();
        Tell.tell("deleted", "purged", purged, "left", left);
        channel.queueDelete(dead);
        channel.exchangeDelete(exchange, true);
        channel.exchangeDelete(dead, true);
        channel.close();
    }

    /** Consumes one dead letter: it may still be under way. */
    private static void tellDead(Channel channel, String queue) throws Exception {
        Client.Keeper keeper = new Client.Keeper(channel);
        String tag = channel.basicConsume(queue, true, keeper);
        Delivery letter = keeper.next();
        List<?> deaths = (List<?>) letter.getProperties().getHeaders().get("x-death");
        Map<?, ?> death = (Map<?, ?>) deaths.get(0);
        boolean isOwn = death.get("queue").toString().equals(Client.named("queue"))
            && death.get("exchange").toString().equals(Client.named("exchange"));
        Tell.tell("dead", "body", new String(letter.getBody(), UTF_8),
            "reason", death.get("reason"), "count", death.get("count"), "own", isOwn);
        channel.basicCancel(tag);
    }
}
