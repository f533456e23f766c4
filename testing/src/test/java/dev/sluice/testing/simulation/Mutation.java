package dev.sluice.testing.simulation;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bug to be planted: what it does, the product's file, and the lines that it takes out and puts in. The file is changed
 * in memory and compiled there, so that the product has no switches and nothing of it is touched.
 *
 * @param tests that have to catch it, as {@code class} or {@code class#method}; empty: the simulation has to
 */
record Mutation(String name, String what, Path file, List<String> tests, String before, String after) {

    private static final String CAUGHT_BY = "caught by ";

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    static List<Mutation> all() {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/mutations"))) {
            return files.sorted().map(Mutation::read).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Mutation read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return new Mutation(file.getFileName().toString().replace(".txt", ""), lines.get(0), HOME.resolve(lines.get(1)),
                    lines.stream().filter(line -> line.startsWith(CAUGHT_BY)).map(line -> line.substring(CAUGHT_BY.length())).toList(),
                    marked(lines, '-'), marked(lines, '+'));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String marked(List<String> lines, char mark) {
        return lines.stream().filter(line -> !line.isEmpty() && line.charAt(0) == mark).map(line -> line.substring(1) + '\n')
                .collect(Collectors.joining());
    }

    /** Of the product's file. */
    Path module() {
        return HOME.resolve(HOME.relativize(file).getName(0));
    }

    /**
     * The classes of the changed file, by name.
     *
     * @throws IllegalStateException when the lines stand there no longer, or not once, or the change doesn't compile
     */
    Map<String, byte[]> compiled() {
        String source = source();
        int at = source.indexOf(before);
        if (at < 0 || source.indexOf(before, at + 1) >= 0) {
            throw new IllegalStateException("mutation " + name + " does not fit any more: its lines must stand in " + file
                    + " once; change the mutation with the file");
        }
        String mutant = source.substring(0, at) + after + source.substring(at + before.length());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager standard = compiler.getStandardFileManager(null, null, null); Memory memory = new Memory(standard)) {
            JavaFileObject unit = new SimpleJavaFileObject(URI.create("string:///" + file.getFileName()),
                    JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean lenient) {
                    return mutant;
                }
            };
            if (!compiler.getTask(said, memory, null, List.of("-proc:none", "-nowarn", "--release", "17", "-classpath",
                    System.getProperty("java.class.path")), null, List.of(unit)).call()) {
                throw new IllegalStateException("mutation " + name + " does not compile: " + said);
            }
            return memory.classes();
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
    }

    private String source() {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Where the compiler writes to. */
    private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        private Memory(JavaFileManager standard) {
            super(standard);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            written.put(name, bytes);
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }

        private Map<String, byte[]> classes() {
            return written.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().toByteArray()));
        }
    }
}
