package dev.sluice.testing.fault;

import dev.sluice.devstack.Part;
import dev.sluice.devstack.Postgres;
import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file system of its own for PostgreSQL's data, in a file, so that it can be full without hurting anybody else. Only
 * root can have one; what a killed process has left mounted is unmounted by the next.
 */
public final class SmallDisk implements AutoCloseable {

    private static final String FILLER = "filler";
    /** Whether that is too little for PostgreSQL, the harm shows. */
    private static final long ROOM_FOR_NOTHING = 1 << 20;

    private final Path place;
    private final Path image;
    private final Path note;

    private SmallDisk(Path place, Path image, Path note) {
        this.place = place;
        this.image = image;
        this.note = note;
    }

    public static boolean isPossible() {
        return "root".equals(System.getProperty("user.name"))
                && succeeds("command -v mkfs.ext4 && command -v fallocate && test -e /dev/loop-control");
    }

    /** Ends mounts of processes that are no more. @param folder where disks are kept */
    public static void cleanUp(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> notes = Files.list(folder)) {
            for (Path note : notes.filter(file -> file.toString().endsWith(".mount")).toList()) {
                String owner = note.getFileName().toString().replaceFirst("\\..*", "");
                if (ProcessHandle.of(Long.parseLong(owner)).isEmpty()) {
                    new SmallDisk(Path.of(Files.readString(note).strip()), folder.resolve(owner + ".img"), note).close();
                }
            }
        }
    }

    /** Moves the data of a running server there. @param folder where disks are kept */
    public static SmallDisk under(Postgres postgres, Path folder, long mebibytes) throws FaultFailure, IOException {
        Path place = dataFolder(postgres);
        String own = Long.toString(ProcessHandle.current().pid());
        SmallDisk disk = new SmallDisk(place, folder.resolve(own + ".img"), folder.resolve(own + ".mount"));
        Part part = postgres;
        part.stop();
        Files.writeString(disk.note, place.toString());
        for (String step : List.of("truncate -s " + mebibytes + "M '" + disk.image + "'", "mkfs.ext4 -q -m 0 -F '" + disk.image + "'",
                "mv '" + place + "' '" + place + ".small'", "mkdir '" + place + "'", "mount -o loop '" + disk.image + "' '" + place + "'",
                "rmdir '" + place + "/lost+found'", "chmod 700 '" + place + "'", "chown --reference='" + place + ".small' '" + place + "'",
                "cp -a '" + place + ".small/.' '" + place + "'", "rm -r '" + place + ".small'")) {
            if (!succeeds(step)) {
                throw new FaultFailure("PostgreSQL can't be given a disk of its own; this failed: " + step);
            }
        }
        part.start();
        return disk;
    }

    private static Path dataFolder(Postgres postgres) throws FaultFailure {
        try (Connection connection = postgres.connectAsSuperuser("postgres"); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SHOW data_directory")) {
            rows.next();
            return Path.of(rows.getString(1));
        } catch (SQLException e) {
            throw new FaultFailure("PostgreSQL does not say where its data are: " + e.getMessage(), e);
        }
    }

    /** Not a byte is left. */
    void fill() throws FaultFailure {
        long most = place.toFile().getUsableSpace() - (8 << 20);
        succeeds("fallocate -l " + Math.max(1, most) + " '" + place.resolve(FILLER) + "'");
        succeeds("cat /dev/zero > '" + place.resolve(FILLER + ".rest") + "'");
        if (place.toFile().getUsableSpace() > ROOM_FOR_NOTHING) {
            throw new FaultFailure(place.toFile().getUsableSpace() + " bytes are still free");
        }
    }

    void free() {
        succeeds("rm -f '" + place.resolve(FILLER) + "' '" + place.resolve(FILLER + ".rest") + "'");
    }

    /** PostgreSQL must have stopped. */
    @Override
    public void close() {
        if (!succeeds("mountpoint -q '" + place + "'") || succeeds("umount -d '" + place + "'")) {
            succeeds("rm -f '" + image + "' '" + note + "'");
        } else {
            throw new StackFailure(place + " can't be unmounted");
        }
    }

    private static boolean succeeds(String command) {
        try {
            return new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
