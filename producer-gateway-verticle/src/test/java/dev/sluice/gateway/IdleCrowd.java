package dev.sluice.gateway;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A process of its own, for its own limit of open files: connects so many times, says so, and stands idle until its input ends. */
final class IdleCrowd {

    private IdleCrowd() {
    }

    public static void main(String[] arguments) throws IOException {
        List<Socket> crowd = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            crowd.add(new Socket("127.0.0.1", Integer.parseInt(arguments[0])));
        }
        System.out.println("standing " + crowd.size());
        System.in.read();
    }
}
