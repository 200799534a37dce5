// One line of JSON for each event.

import java.util.ArrayList;
import java.util.List;

final class Tell {
    private Tell() {}

    /** Tells an event with its details: names and values by turns. */
    static synchronized void tell(String event, Object... details) {
        List<String> fields = new ArrayList<>();
        fields.add("\"event\":" + json(event));
        for (int index = 0; index < details.length; index += 2) {
            fields.add(json(details[index]) + ":" + json(details[index + 1]));
        }
        System.out.println("{" + String.join(",", fields) + "}");
        System.out.flush();
    }

    private static String json(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return String.valueOf(value);
        }
        if (value instanceof List<?> list) {
            return "[" + String.join(",", list.stream().map(Tell::json).toList()) + "]";
        }
        StringBuilder text = new StringBuilder("\"");
        value.toString().chars().forEach(unit -> {
            if (unit == '"' || unit == '\\') text.append('\\').append((char) unit);
            else if (unit < 0x20 || unit > 0x7e) text.append(String.format("\\u%04x", unit));
            else text.append((char) unit);
        });
        return text.append('"').toString();
    }
}
