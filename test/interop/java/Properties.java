import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All properties, and headers of all types, come as they were sent. */
final class Properties {
    private Properties() {}

    static void properties(Connection connection) throws Exception {
        Channel channel = connection.createChannel();
        String queue = Client.transientQueue(channel, "properties", null);
        BasicProperties sent = new BasicProperties.Builder()
            .contentType("text/plain").contentEncoding("utf-8").deliveryMode(1).priority(7)
            .correlationId("c1").replyTo("somewhere").expiration("3600000").messageId("m1")
            .timestamp(new Date(1_700_000_000_000L)).type("greeting").userId("guest")
            .appId("interop").headers(headers()).build();
        channel.basicPublish("", queue, sent, "with all".getBytes(UTF_8));
        Client.Keeper keeper = new Client.Keeper(channel);
        channel.basicConsume(queue, true, keeper);
        BasicProperties came = keeper.next().getProperties();
        if (plain(sent).equals(plain(came))) {
            Tell.tell("same properties", "headers", came.getHeaders().size());
        } else {
            Tell.tell("other properties", "sent", plain(sent), "came", plain(came));
        }
        channel.close();
    }

    private static Map<String, Object> headers() {
        Map<String, Object> headers = new HashMap<>();
        headers.put("bool", true);
        headers.put("byte", (byte) -8);
        headers.put("short", (short) -1600);
        headers.put("int", -320_000);
        headers.put("long", 1L << 60);
        headers.put("float", 0.5f);
        headers.put("double", 0.1);
        headers.put("text", "é – 兎");
        headers.put("long text", LongStringHelper.asLongString("x".repeat(1000)));
        headers.put("octets", new byte[] {0, -1});
        headers.put("time", new Date(1_700_000_000_000L));
        headers.put("nothing", null);
        headers.put("decimal", new BigDecimal("123.45"));
        headers.put("list", List.of(1, "two", List.of(true)));
        headers.put("table", Map.of("inner", Map.of("n", -1L)));
        return headers;
    }

    /** As text that tells types apart, except those of text, which all come as LongString. */
    private static String plain(BasicProperties properties) {
        StringBuilder others = new StringBuilder();
        properties.builder().headers(null).build().appendPropertyDebugStringTo(others);
        return others + plain(properties.getHeaders());
    }

    private static String plain(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((key, one) -> sorted.put(key.toString(), plain(one)));
            return sorted.toString();
        }
        if (value instanceof List<?> list) return list.stream().map(Properties::plain).toList().toString();
        if (value instanceof byte[] octets) return Arrays.toString(octets);
        if (value instanceof String || value instanceof LongString) return "'" + value + "'";
        return value == null ? "null" : value.getClass().getSimpleName() + " " + value;
    }
}
