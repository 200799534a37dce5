import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.Return;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Confirms in the three ways that the client's documentation shows, returns, and large bodies. */
final class Publishing {
    private static final int COUNT = 100;
    private static final long PATIENCE_MS = Client.PATIENCE * 1000L;

    private Publishing() {}

    static void confirm(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        String queue = Client.transientQueue(channel, "confirm", null);
        channel.confirmSelect();
        ConcurrentNavigableMap<Long, String> outstanding = new ConcurrentSkipListMap<>();
        AtomicInteger ackedCount = new AtomicInteger();
        CountDownLatch left = new CountDownLatch(COUNT);
        channel.addConfirmListener((tag, isMultiple) -> {
            var settled = isMultiple
                ? outstanding.headMap(tag, true)
                : outstanding.subMap(tag, true, tag, true);
            int count = settled.size();
            settled.clear();
            ackedCount.addAndGet(count);
            for (; count > 0; count--) left.countDown();
        }, (tag, isMultiple) -> Tell.tell("refused", "tag", tag));
        int tagged = 0;
        for (int n = 1; n <= COUNT; n++) {
            long sequence = channel.getNextPublishSeqNo();
            if (sequence == n) tagged++;
            outstanding.put(sequence, "message " + n);
            publish(channel, queue, "message " + n);
        }
        Client.await("all confirms", left);
        Tell.tell("confirmed", "acked", ackedCount.get(), "tagged", tagged,
            "messages", channel.messageCount(queue));
        channel.close();
        overflow(connection);
    }

    /** A queue that is full refuses. */
    private static void overflow(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        String full = Client.transientQueue(channel, "full",
            Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        channel.confirmSelect();
        List<Boolean> accepted = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            publish(channel, full, "message " + n);
            accepted.add(channel.waitForConfirms(PATIENCE_MS));
        }
        Tell.tell("overflow", "accepted", accepted);
        channel.close();
    }

    static void returned(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        BlockingQueue<Return> returns = new LinkedBlockingQueue<>();
        channel.addReturnListener(returns::add);
        channel.confirmSelect();
        String nowhere = Client.named("nowhere");
        BasicProperties properties = new BasicProperties.Builder().messageId("m1").build();
        channel.basicPublish("amq.direct", nowhere, true, properties, "lost".getBytes(UTF_8));
        boolean isAcked = channel.waitForConfirms(PATIENCE_MS);
        // It came before the confirm, so that it is here already.
        Return lost = returns.poll();
        if (lost == null) {
            Tell.tell("not returned");
        } else {
            Tell.tell("returned", "code", lost.getReplyCode(), "text", lost.getReplyText(),
                "exchange", lost.getExchange(), "own", lost.getRoutingKey().equals(nowhere),
                "messageId", lost.getProperties().getMessageId(),
                "body", new String(lost.getBody(), UTF_8));
        }
        Tell.tell("confirmed", "acked", isAcked);
        channel.close();
    }

    /** A body of many frames, and one of none. */
    static void large(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        String queue = Client.transientQueue(channel, "large", null);
        byte[] body = "0123456789abcdef".repeat(1 << 17).getBytes(UTF_8);
        channel.basicPublish("", queue, null, body);
        channel.basicPublish("", queue, null, new byte[0]);
        Client.Keeper keeper = new Client.Keeper(channel);
        channel.basicConsume(queue, true, keeper);
        byte[] first = keeper.next().getBody();
        byte[] second = keeper.next().getBody();
        Tell.tell("large", "size", first.length, "same", Arrays.equals(first, body),
            "empty", second.length);
        channel.close();
    }

    static void publish(Channel channel, String queue, String body) throws Exception {
        channel.basicPublish("", queue, MessageProperties.TEXT_PLAIN, body.getBytes(UTF_8));
    }
}
