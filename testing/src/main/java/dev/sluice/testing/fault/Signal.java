package dev.sluice.testing.fault;

import java.io.IOException;

/** Signals to processes of ours, by the shell's own {@code kill}. */
final class Signal {

    private Signal() {
    }

    static void send(String name, long pid) throws FaultFailure, InterruptedException {
        try {
            int status = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start().waitFor();
            if (status != 0) {
                throw new FaultFailure("process " + pid + " could not be sent SIG" + name);
            }
        } catch (IOException e) {
            throw new FaultFailure("process " + pid + " could not be sent SIG" + name, e);
        }
    }
}
