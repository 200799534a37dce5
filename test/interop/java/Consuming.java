import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AMQP.Queue.DeclareOk;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.RpcClient;
import com.rabbitmq.client.RpcClientParams;
import com.rabbitmq.client.RpcServer;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prefetch and settling, the client's own classes for RPC, and cancellation by the broker. */
final class Consuming {
    private final Channel channel;
    private final String queue;
    private final Client.Keeper keeper;
    private final List<Long> held = new ArrayList<>();

    private Consuming(Channel channel) throws IOException {
        this.channel = channel;
        queue = Client.transientQueue(channel, "consume", null);
        keeper = new Client.Keeper(channel);
    }

    static void consume(Connection connection) throws Exception {
        new Consuming(connection.createChannel()).perform();
    }

    private void perform() throws Exception {
        channel.confirmSelect();
        for (int n = 1; n <= 6; n++) Publishing.publish(channel, queue, String.valueOf(n));
        channel.waitForConfirmsOrDie(Client.PATIENCE * 1000L);
        channel.basicQos(3);
        channel.basicConsume(queue, false, "mine", keeper);
        take(3);
        channel.basicAck(held.get(1), true);
        take(2);
        channel.basicNack(held.get(2), false, true);
        take(1);
        channel.basicReject(held.get(3), false);
        take(1);
        channel.basicAck(0, true);
        channel.basicCancel("mine");
        Client.await("the end of the consumer", keeper.ended);
        int left = channel.queueDelete(queue).getMessageCount();
        Tell.tell("left", "left", left, "consuming", !keeper.deliveries.isEmpty());
        channel.close();
    }

    private void take(int count) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int taken = 0; taken < count; taken++) {
            Delivery delivery = keeper.next();
            held.add(delivery.getEnvelope().getDeliveryTag());
            String again = delivery.getEnvelope().isRedeliver() ? " again" : "";
            bodies.add(new String(delivery.getBody(), UTF_8) + again);
        }
        // What may be delivered has been, when the broker answers this.
        DeclareOk found = channel.queueDeclarePassive(queue);
        Tell.tell("held", "bodies", bodies, "ready", found.getMessageCount(),
            "consumers", found.getConsumerCount());
    }

    static void rpc(Connection connection) throws Exception {
        Channel serving = connection.createChannel();
        String requests = Client.transientQueue(serving, "requests", null);
        serving.basicQos(1);
        RpcServer server = new RpcServer(serving, requests) {
            @Override
            public byte[] handleCall(byte[] request, BasicProperties properties) {
                return new String(request, UTF_8).toUpperCase(Locale.ROOT).getBytes(UTF_8);
            }
        };
        Thread loop = new Thread(() -> serve(server));
        loop.setDaemon(true);
        loop.start();

        Channel asking = connection.createChannel();
        String own = asking.queueDeclare().getQueue();
        for (String replyTo : List.of(own, "amq.rabbitmq.reply-to")) {
            String[] about = {""};
            RpcClient client = new RpcClient(new RpcClientParams()
                .channel(asking).exchange("").routingKey(requests).replyTo(replyTo)
                .correlationIdSupplier(() -> "about " + about[0])
                .timeout(Client.PATIENCE * 1000));
            for (String word : List.of("hare", "leveret")) {
                about[0] = word;
                RpcClient.Response answer = client.doCall(null, word.getBytes(UTF_8));
                Tell.tell("answered", "about", answer.getProperties().getCorrelationId(),
                    "answer", new String(answer.getBody(), UTF_8));
            }
            client.close();
        }
        asking.close();
        // This ends the loop.
        serving.close();
        loop.join(Client.PATIENCE * 1000L);
    }

    private static void serve(RpcServer server) {
        try {
            server.mainloop();
        } catch (IOException | ShutdownSignalException error) {
            throw new IllegalStateException(error);
        }
    }

    static void cancel(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        String queue = Client.transientQueue(channel, "cancel", null);
        Client.Keeper keeper = new Client.Keeper(channel);
        channel.basicConsume(queue, false, "watcher", keeper);
        Channel other = connection.createChannel();
        other.queueDelete(queue);
        String tag = Client.next("the cancellation", keeper.cancelled);
        // The channel goes on.
        channel.queueDeclare();
        Tell.tell("cancelled", "tag", tag, "consuming", !keeper.deliveries.isEmpty(),
            "closed", !channel.isOpen());
        other.close();
        channel.close();
    }
}
