package dev.sluice.gateway;

import java.util.Optional;

/**
 * What is known of an identity that was posted before, and how it is written down in Redis.
 * {@code hash} tells bodies apart: the same identity with another one is somebody's mistake.
 */
sealed interface Mark {

    String hash();

    String text();

    /** Under way. @param owner gateway that publishes it, see {@link Owner} */
    record Publishing(String owner, String hash) implements Mark {
        @Override
        public String text() {
            return "publishing " + owner + ' ' + hash;
        }
    }

    /** Every in-sync replica has it. */
    record Published(int partition, long offset, String hash) implements Mark {
        @Override
        public String text() {
            return "published " + partition + ' ' + offset + ' ' + hash;
        }
    }

    /** Empty when the text is none of ours. */
    static Optional<Mark> parse(String text) {
        String[] words = text.split(" ");
        try {
            return switch (words[0]) {
                case "publishing" -> Optional.of(new Publishing(words[1], words[2]));
                case "published" -> Optional.of(new Published(Integer.parseInt(words[1]), Long.parseLong(words[2]), words[3]));
                default -> Optional.empty();
            };
        } catch (IndexOutOfBoundsException | NumberFormatException notOurs) {
            return Optional.empty();
        }
    }
}
