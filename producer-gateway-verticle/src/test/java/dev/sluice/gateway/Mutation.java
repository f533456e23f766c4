package dev.sluice.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Ways to spoil bytes that somebody could send. What comes out hangs on the random numbers alone. */
enum Mutation {

    FLIPPED_BIT {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            byte[] out = bytes.clone();
            out[random.nextInt(out.length)] ^= (byte) (1 << random.nextInt(8));
            return out;
        }
    },
    OTHER_BYTE {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            byte[] out = bytes.clone();
            out[random.nextInt(out.length)] = (byte) random.nextInt(256);
            return out;
        }
    },
    CUT_OUT {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            int from = random.nextInt(bytes.length);
            return joined(bytes, 0, from, new byte[0], bytes, from + length(bytes.length - from, random));
        }
    },
    CUT_OFF {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length) + 1);
        }
    },
    REPEATED {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            int from = random.nextInt(bytes.length);
            byte[] part = Arrays.copyOfRange(bytes, from, from + length(bytes.length - from, random));
            ByteArrayOutputStream many = new ByteArrayOutputStream();
            for (int i = random.nextInt(1, 20); i > 0; i--) {
                many.writeBytes(part);
            }
            return joined(bytes, 0, from, many.toByteArray(), bytes, from);
        }
    },
    INSERTED_WORD {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            int at = random.nextInt(bytes.length);
            return joined(bytes, 0, at, WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.ISO_8859_1), bytes, at);
        }
    },
    OTHER_WORD {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            int at = random.nextInt(bytes.length);
            byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.ISO_8859_1);
            return joined(bytes, 0, at, word, bytes, Math.min(bytes.length, at + word.length));
        }
    },
    OTHER_NUMBER {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            int start = random.nextInt(bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                int at = (start + i) % bytes.length;
                if (bytes[at] >= '0' && bytes[at] <= '9') {
                    String number = NUMBERS.get(random.nextInt(NUMBERS.size()));
                    return joined(bytes, 0, at, number.getBytes(StandardCharsets.US_ASCII), bytes, at + 1);
                }
            }
            return bytes;
        }
    },
    SPLICED {
        @Override
        byte[] of(byte[] bytes, byte[] other, RandomGenerator random) {
            return joined(bytes, 0, random.nextInt(bytes.length + 1), new byte[0], other, random.nextInt(other.length + 1));
        }
    };

    private static final int LONGEST_PART = 200;
    private static final int LARGEST = 200_000;
    private static final List<String> NUMBERS = List.of("-1", "0", "00", "99999999999999999999", "2147483648", "9223372036854775808",
            "0x10", "1e999", "1.5", "١");
    /** Of HTTP, of JSON and of CloudEvents, and what is special to those who read them. */
    private static final List<String> WORDS = List.of("\r\n", "\r\n\r\n", "\n", "\r", "\0", " ", "\t", ":", "\"", "\\", "{", "}", "[", "]", ",",
            "\\u0000", "\\ud800", "\u00c0\u0080", "\u00ff\u00fe", "null", "true", "\"data\":", "\"data_base64\":\"AAAA\"", "\"specversion\":\"1.0\"",
            "\"id\":\"\"", "\"source\":\" \"", "\"sequence\":\"-1\"", "\"time\":\"yesterday\"", "\"_meta\":{\"idempotencyKey\":[1]}", "%00", "%2e%2e/", "%zz",
            "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "GET", "PUT", "OPTIONS", "?atomic=true", "/v1/topics/other/events", "/openapi.json",
            "transfer-encoding: chunked\r\n", "content-length: 5\r\n", "content-encoding: gzip\r\n", "content-type: application/x-ndjson\r\n",
            "content-type: application/cloudevents-batch+json\r\n", "content-type: application/cloudevents+json; charset=utf-16\r\n",
            "expect: 100-continue\r\n", "connection: close\r\n", "connection: upgrade\r\nupgrade: h2c\r\n", "idempotency-key: 1\r\n",
            "traceparent: 00-0-0-0\r\n", "authorization: Bearer a.b.c\r\n", "ce-id: %\r\n", "ce-specversion: 1.0\r\n", "0\r\n\r\n", "ffffffff\r\n");

    /** @param bytes not empty @param other something else of the kind */
    abstract byte[] of(byte[] bytes, byte[] other, RandomGenerator random);

    /** One to four of them, one after the other. */
    static byte[] some(byte[] bytes, byte[] other, RandomGenerator random) {
        byte[] out = bytes;
        for (int i = random.nextInt(1, 5); i > 0 && out.length > 0; i--) {
            out = values()[random.nextInt(values().length)].of(out, other, random);
        }
        return out.length <= LARGEST ? out : Arrays.copyOf(out, LARGEST);
    }

    private static int length(int most, RandomGenerator random) {
        return 1 + random.nextInt(Math.min(most, LONGEST_PART));
    }

    private static byte[] joined(byte[] head, int from, int to, byte[] middle, byte[] tail, int tailFrom) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + middle.length);
        out.write(head, from, to - from);
        out.writeBytes(middle);
        out.write(tail, tailFrom, tail.length - tailFrom);
        return out.toByteArray();
    }
}
