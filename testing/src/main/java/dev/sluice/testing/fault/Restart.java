package dev.sluice.testing.fault;

/** SIGTERM and a new start, as a rolling update does it; the stop must be an orderly one. */
record Restart(EngineNode node) implements Fault {

    @Override
    public String name() {
        return "restart " + node.name();
    }

    @Override
    public void begin() throws FaultFailure, InterruptedException {
        node.requireAnswer();
        int status = node.stop();
        if (status != 0) {
            throw new FaultFailure(node.name() + " did not stop in order (exit status " + status + "); see " + node.log());
        }
    }

    @Override
    public String harm() throws FaultFailure, InterruptedException {
        if (node.answers()) {
            throw new FaultFailure(node.name() + " was stopped and answers");
        }
        return "stopped in order";
    }

    @Override
    public void end() throws FaultFailure, InterruptedException {
        node.start();
    }

    @Override
    public boolean isOverAtOnce() {
        return true;
    }
}
