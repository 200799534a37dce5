// What users of Hop do with the management API, for the tests: each argument names a scenario. Each tells in a line of JSON
// whether it went as it should.
//
// API_URL says where; one client is connected whose name is "watched".

import com.rabbitmq.http.client.Client;
import com.rabbitmq.http.client.ClientParameters;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

final class Api {
    static final String VHOST = "java/shop";

    private static final long PATIENCE_MS = 20_000;

    interface Scenario {
        void perform(Client client) throws Exception;
    }

    private static final Map<String, Scenario> SCENARIOS = Map.of(
        "hosts", People::hosts,
        "users", People::users,
        "limits", People::limits,
        "topology", Topology::topology,
        "messages", Topology::messages,
        "policies", Topology::policies,
        "pages", Topology::pages,
        "clients", Operations::clients,
        "overview", Operations::overview,
        "refusals", Operations::refusals
    );

    private Api() {}

    public static void main(String[] names) throws Exception {
        Client client = clientOf("guest", "guest");
        client.createVhost(VHOST, "A shop");
        for (String name : names) {
            tell(name, perform(SCENARIOS.get(name), client));
        }
    }

    static Client clientOf(String user, String password) throws Exception {
        String url = System.getenv("API_URL") + "/api/";
        return new Client(new ClientParameters().url(url).username(user).password(password));
    }

    /** Why the scenario did not go as it should; empty when it did. */
    private static String perform(Scenario scenario, Client client) {
        try {
            scenario.perform(client);
            return "";
        } catch (Exception | AssertionError failure) {
            return failure.toString();
        }
    }

    private static void tell(String name, String why) {
        String text = why.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s+", " ");
        System.out.println("{\"event\":\"performed\",\"name\":\"" + name + "\",\"why\":\"" + text + "\"}");
    }

    static void equal(String what, Object found, Object wanted) {
        if (!Objects.equals(found, wanted)) {
            throw new AssertionError(what + " is " + found + " instead of " + wanted);
        }
    }

    /** Asks again until it holds: statistics follow what happens. */
    static void eventually(String what, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never: " + what);
            }
            Thread.sleep(50);
        }
    }
}
