package dev.sluice.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the corpus: {@code expect} and what may come back (statuses, or {@code close}), a comment, then the request.
 * Its head's lines end with CRLF; {@code \r \n \t \\ \xNN} are bytes; {@code %{repeat:N:text}}, in it {@code %{n}} for the
 * number, {@code %{spaces:N}}, {@code %{length}} of the body, {@code %{gzip-zeros:N}}, {@code %{gzip-cut:text}} and
 * {@code %{gzip-corrupt:text}} stand for what is long.
 */
record HostileRequest(String name, List<String> expected, byte[] bytes) {

    static HostileRequest read(Path file) {
        try {
            String[] parts = Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", 3);
            int headEnd = parts[2].indexOf("\n\n");
            String body = expanded(unescaped(parts[2].substring(headEnd + 2)), "");
            String head = expanded(unescaped(parts[2].substring(0, headEnd).replace("\n", "\r\n")), Integer.toString(body.length()));
            return new HostileRequest(file.getFileName().toString().replace(".http", ""),
                    List.of(parts[0].substring("expect ".length()).split(" ")),
                    (head + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char kind = text.charAt(++i);
            switch (kind) {
                case 'r' -> out.append('\r');
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case '\\' -> out.append('\\');
                case 'x' -> {
                    out.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new IllegalArgumentException("\\" + kind);
            }
        }
        return out.toString();
    }

    private static String expanded(String text, String length) throws IOException {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int start = text.indexOf("%{"); start >= 0; start = text.indexOf("%{", at)) {
            int end = end(text, start + 2);
            out.append(text, at, start).append(value(text.substring(start + 2, end), length));
            at = end + 1;
        }
        return out.append(text.substring(at)).toString();
    }

    /** Of the brace that closes the one before {@code from}. */
    private static int end(String text, int from) {
        int depth = 0;
        for (int i = from; ; i++) {
            if (text.startsWith("%{", i)) {
                depth++;
            } else if (text.charAt(i) == '}' && depth-- == 0) {
                return i;
            }
        }
    }

    private static String value(String macro, String length) throws IOException {
        String[] words = macro.split(":", 3);
        return switch (words[0]) {
            case "length" -> length;
            case "spaces" -> " ".repeat(Integer.parseInt(words[1]));
            case "repeat" -> repeated(Integer.parseInt(words[1]), words[2], length);
            case "gzip-zeros" -> gzip(new byte[Integer.parseInt(words[1])]);
            case "gzip-cut" -> {
                String packed = gzip(words[1].getBytes(StandardCharsets.ISO_8859_1));
                yield packed.substring(0, packed.length() - 6);
            }
            case "gzip-corrupt" -> {
                String packed = gzip(words[1].getBytes(StandardCharsets.ISO_8859_1));
                yield packed.substring(0, packed.length() - 8) + "\0\0\0\0" + packed.substring(packed.length() - 4);
            }
            default -> throw new IllegalArgumentException(macro);
        };
    }

    private static String repeated(int count, String text, String length) throws IOException {
        if (!text.contains("%{")) {
            return text.repeat(count);
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(expanded(text.replace("%{n}", Integer.toString(i)), length));
        }
        return out.toString();
    }

    private static String gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        }
        return packed.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return name;
    }
}
