package dev.sluice.devstack.process;

import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * PostgreSQL refuses to run as root. For root it runs in a user namespace of its own, where it is nobody and still owns
 * its files; where the machine allows no such namespace (many containers), as the user nobody, who is given the files.
 */
enum Unprivileged {

    NOT_ROOT(List.of()),
    NAMESPACE(List.of("unshare", "-U")),
    NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

    private final List<String> prefix;

    Unprivileged(List<String> prefix) {
        this.prefix = prefix;
    }

    static Unprivileged here() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return NOT_ROOT;
        }
        return succeeds(NAMESPACE.command(List.of("true"))) ? NAMESPACE : NOBODY;
    }

    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /** Lets the server write there. */
    void own(Path folder) {
        if (this == NOBODY && !succeeds(List.of("chown", "-R", "65534:65534", folder.toString()))) {
            throw new StackFailure("PostgreSQL refuses to run as root, and its folder " + folder
                    + " can't be given to the user nobody; run as an ordinary user");
        }
    }

    /** Says so early when nobody can't reach the folder, where the server's own words would mislead. */
    void requireReach(Path folder) {
        if (this == NOBODY && !succeeds(command(List.of("test", "-x", folder.toString())))) {
            throw new StackFailure("PostgreSQL refuses to run as root, and the user nobody can't reach " + folder
                    + "; run as an ordinary user, or choose a folder that is open to all with SLUICE_DATA=...");
        }
    }

    private static boolean succeeds(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
