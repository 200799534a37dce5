// What users of RabbitMQ's Java client do, for the tests: each argument names a scenario, and all run
// on one connection. Each tells what happens in one line of JSON for each event.
//
// AMQP_URL says where, PREFIX begins the names of all that is declared.

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

final class Client {
    /** No wait takes longer, in seconds: only a failing run ever waits so long. */
    static final int PATIENCE = 20;

    static final String URL = System.getenv("AMQP_URL");

    interface Scenario {
        void perform(Connection connection) throws Exception;
    }

    private static final Map<String, Scenario> SCENARIOS = Map.of(
        "declare", Topology::declare,
        "confirm", Publishing::confirm,
        "return", Publishing::returned,
        "properties", Properties::properties,
        "large", Publishing::large,
        "consume", Consuming::consume,
        "rpc", Consuming::rpc,
        "cancel", Consuming::cancel,
        "errors", Errors::errors
    );

    private Client() {}

    public static void main(String[] names) throws Exception {
        if (names[0].equals("recover")) {
            Recovery.recover();
            return;
        }
        try (Connection connection = factory().newConnection("interop")) {
            for (String name : names) {
                Tell.tell("scenario", "name", name);
                SCENARIOS.get(name).perform(connection);
            }
        }
    }

    static ConnectionFactory factory() throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(URL);
        return factory;
    }

    static String named(String name) {
        return System.getenv("PREFIX") + "." + name;
    }

    /** Declares a queue of this connection alone. */
    static String transientQueue(Channel channel, String name, Map<String, Object> arguments)
            throws IOException {
        return channel.queueDeclare(named(name), false, true, false, arguments).getQueue();
    }

    /** Takes what comes next, or fails when nothing comes. */
    static <T> T next(String what, BlockingQueue<T> from) throws InterruptedException {
        T value = from.poll(PATIENCE, TimeUnit.SECONDS);
        if (value == null) throw new IllegalStateException("never came: " + what);
        return value;
    }

    static void await(String what, CountDownLatch latch) throws InterruptedException {
        if (!latch.await(PATIENCE, TimeUnit.SECONDS)) {
            throw new IllegalStateException("never came: " + what);
        }
    }

    /** A consumer that keeps what comes, to be taken one by one. */
    static final class Keeper extends DefaultConsumer {
        final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
        final CountDownLatch ended = new CountDownLatch(1);

        Keeper(Channel channel) {
            super(channel);
        }

        @Override
        public void handleDelivery(
                String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            deliveries.add(new Delivery(envelope, properties, body));
        }

        @Override
        public void handleCancel(String tag) {
            cancelled.add(tag);
            ended.countDown();
        }

        @Override
        public void handleCancelOk(String tag) {
            ended.countDown();
        }

        Delivery next() throws InterruptedException {
            return Client.next("a delivery", deliveries);
        }
    }
}
