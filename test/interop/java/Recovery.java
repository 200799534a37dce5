import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Recoverable;
import com.rabbitmq.client.RecoveryListener;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.recovery.AutorecoveringConnection;
import java.util.concurrent.CountDownLatch;

/**
 * Works on a queue for ever, and gets each message in a queue of its own besides. When the broker
 * restarts, the client connects, declares and consumes again by itself.
 */
final class Recovery {
    private static final int PAUSE_MS = 50;
    private static final CancelCallback CANCELLED = tag -> Tell.tell("cancelled", "tag", tag);

    private Recovery() {}

    static void recover() throws Exception {
        ConnectionFactory factory = Client.factory();
        factory.setNetworkRecoveryInterval(PAUSE_MS);
        AutorecoveringConnection connection = (AutorecoveringConnection) factory.newConnection();
        connection.addShutdownListener(Recovery::tellClosed);
        connection.addQueueRecoveryListener((before, after) ->
            Tell.tell("queue", "renamed", !before.equals(after)));
        connection.addRecoveryListener(new RecoveryListener() {
            @Override
            public void handleRecoveryStarted(Recoverable recoverable) {
                Tell.tell("recovering");
            }

            @Override
            public void handleRecovery(Recoverable recoverable) {
                Tell.tell("ready");
            }
        });
        subscribe(connection.createChannel());
        Tell.tell("ready");
        new CountDownLatch(1).await();
    }

    private static void subscribe(Channel channel) throws Exception {
        String exchange = Client.named("exchange");
        String queue = Client.named("queue");
        channel.exchangeDeclare(exchange, BuiltinExchangeType.DIRECT, true);
        channel.queueDeclare(queue, true, false, false, null);
        channel.queueBind(queue, exchange, "key");
        channel.basicQos(10);
        channel.basicConsume(queue, false, (tag, delivery) -> {
            Tell.tell("received", "body", new String(delivery.getBody(), UTF_8));
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
        }, CANCELLED);
        String own = channel.queueDeclare().getQueue();
        channel.queueBind(own, exchange, "key");
        channel.basicConsume(own, true, (tag, delivery) ->
            Tell.tell("received too", "body", new String(delivery.getBody(), UTF_8)), CANCELLED);
    }

    private static void tellClosed(ShutdownSignalException signal) {
        if (signal.getReason() instanceof AMQP.Connection.Close close) {
            Tell.tell("closed", "code", close.getReplyCode(), "text", close.getReplyText());
        } else {
            Tell.tell("closed", "code", 0, "text", String.valueOf(signal.getCause()));
        }
    }
}
