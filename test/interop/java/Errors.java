import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What the broker refuses closes the channel with a code and a text; the connection goes on. */
final class Errors {
    private interface Action {
        void perform(Channel channel) throws Exception;
    }

    private Errors() {}

    static void errors(Connection connection) throws Exception {
        String missing = Client.named("missing");
        String locked = Client.transientQueue(connection.createChannel(), "locked", null);

        tellThrown("missing queue", connection, channel -> channel.queueDeclarePassive(missing));
        tellThrown("other properties", connection,
            channel -> channel.queueDeclare(locked, false, true, true, null));
        tellThrown("other arguments", connection,
            channel -> channel.queueDeclare(locked, false, true, false, Map.of("x-max-length", 1)));
        try (Connection stranger = Client.factory().newConnection()) {
            tellThrown("locked queue", stranger,
                channel -> channel.queueDeclare(locked, false, true, false, null));
        }
        tellThrown("reserved name", connection,
            channel -> channel.exchangeDeclare("amq.mine", BuiltinExchangeType.DIRECT));
        tellHeard("publishing to a missing exchange", connection,
            channel -> channel.basicPublish(missing, "", null, new byte[0]));
        tellHeard("unknown delivery tag", connection, channel -> channel.basicAck(99, false));

        ConnectionFactory factory = Client.factory();
        factory.setPassword("wrong");
        tellConnecting("wrong password", factory);
        factory = Client.factory();
        factory.setVirtualHost("nowhere");
        tellConnecting("missing virtual host", factory);
        connection.createChannel().close();
        Tell.tell("open", "open", connection.isOpen());
    }

    /** An error that the call itself throws, because it waits for an answer. */
    private static void tellThrown(String when, Connection connection, Action action)
            throws Exception {
        try {
            action.perform(connection.createChannel());
            Tell.tell("no error", "when", when);
        } catch (IOException error) {
            tell(when, (ShutdownSignalException) error.getCause());
        }
    }

    /** An error that comes later, to those who listen. */
    private static void tellHeard(String when, Connection connection, Action action)
            throws Exception {
        Channel channel = connection.createChannel();
        BlockingQueue<ShutdownSignalException> heard = new LinkedBlockingQueue<>();
        channel.addShutdownListener(heard::add);
        action.perform(channel);
        tell(when, Client.next("the closing", heard));
    }

    private static void tellConnecting(String when, ConnectionFactory factory) throws Exception {
        try {
            factory.newConnection().close();
            Tell.tell("no error", "when", when);
        } catch (AuthenticationFailureException error) {
            // So the client names what the broker closes with 403.
            Tell.tell("error", "when", when, "code", AMQP.ACCESS_REFUSED, "text", error.getMessage());
        } catch (IOException error) {
            tell(when, (ShutdownSignalException) error.getCause());
        }
    }

    private static void tell(String when, ShutdownSignalException signal) {
        Method reason = signal.getReason();
        if (reason instanceof AMQP.Channel.Close close) {
            tell(when, close.getReplyCode(), close.getReplyText());
        } else if (reason instanceof AMQP.Connection.Close close) {
            tell(when, close.getReplyCode(), close.getReplyText());
        } else {
            tell(when, 0, String.valueOf(signal));
        }
    }

    private static void tell(String when, int code, String text) {
        Tell.tell("error", "when", when, "code", code, "text", text.replace(Client.named(""), ""));
    }
}
