package dev.sluice.devstack.process;

import dev.sluice.devstack.PartName;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What lies where under the data folder.
 *
 * @param programs where programs are unpacked; may be shared by several stacks
 */
record Folders(Path data, Path programs) {

    static Folders of(Path data, Path programs) {
        Folders folders = new Folders(data.toAbsolutePath().normalize(), programs.toAbsolutePath().normalize());
        folders.create();
        return folders;
    }

    private void create() {
        try {
            Files.createDirectories(run());
            Files.createDirectories(data.resolve("logs"));
            for (PartName part : PartName.values()) {
                Files.createDirectories(of(part));
            }
        } catch (IOException e) {
            throw new StackFailure("can't create the data folder " + data + ": " + e.getMessage(), e);
        }
    }

    /** Deletes the data of all parts. */
    void empty() {
        try {
            for (PartName part : PartName.values()) {
                Trees.delete(of(part));
            }
            Trees.delete(Brokers.parent(this));
            Trees.delete(data.resolve("logs"));
        } catch (IOException e) {
            throw new StackFailure("can't empty the data folder " + data + ": " + e.getMessage(), e);
        }
        create();
    }

    Path run() {
        return data.resolve("run");
    }

    Path of(PartName part) {
        return data.resolve(part.key());
    }

    Path pidFile(PartName part) {
        return run().resolve(part.key() + ".pid");
    }

    Path log(PartName part) {
        return data.resolve("logs").resolve(part.key() + ".log");
    }

    /** Readable by its owner only; whoever reads it sees the whole of it or nothing. */
    static void writeSecretly(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
