package dev.sluice.engine.operations;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where a running node is to be found by commands of the same user: {@code DATA/run/node.json}, readable by its owner
 * only, since it holds the password of a database on this machine.
 *
 * @param gateway empty (null) when the node runs none
 */
public record NodeFile(long pid, String gateway, String operations, String kafka, String postgres, String redis) {

    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private static Path in(Path data) {
        return data.resolve("run").resolve("node.json");
    }

    /** Whoever reads it sees the whole of it or nothing. */
    public void write(Path data) throws IOException {
        Path file = in(data);
        Files.createDirectories(file.getParent());
        Path draft = file.resolveSibling("node.json." + pid);
        Files.deleteIfExists(draft);
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Empty when no node has left its address, or the one that has is no more. */
    public static Optional<NodeFile> read(Path data) throws IOException {
        if (!Files.isRegularFile(in(data))) {
            return Optional.empty();
        }
        NodeFile node = JSON.readValue(Files.readAllBytes(in(data)), NodeFile.class);
        return Optional.of(node).filter(found -> ProcessHandle.of(found.pid).isPresent());
    }

    /** Takes the file away, unless another process has written it since. */
    public void remove(Path data) throws IOException {
        Path file = in(data);
        if (Files.isRegularFile(file) && JSON.readValue(Files.readAllBytes(file), NodeFile.class).pid == pid) {
            Files.delete(file);
        }
    }
}
