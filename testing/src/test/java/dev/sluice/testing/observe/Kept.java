package dev.sluice.testing.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** A file of the repository that is made from the code: compared, or with {@code -Ddocs.write=true} written. */
final class Kept {

    /** Tests run in their module's folder. */
    static final Path HOME = Path.of("..");

    private Kept() {
    }

    static void shouldBe(String file, String content) throws IOException {
        Path path = HOME.resolve(file);
        if (Boolean.getBoolean("docs.write")) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, content);
        }
        assertThat(path).as("%s; write it anew with -Ddocs.write=true", file).exists().hasContent(content);
    }
}
