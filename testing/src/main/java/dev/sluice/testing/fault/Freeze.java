package dev.sluice.testing.fault;

/** SIGSTOP, and SIGCONT when it ends: connections stay open, nobody answers. */
record Freeze(Target target) implements Fault {

    @Override
    public String name() {
        return "freeze " + target.name();
    }

    @Override
    public void begin() throws FaultFailure, InterruptedException {
        target.requireAnswer();
        target.freeze();
    }

    @Override
    public String harm() throws FaultFailure, InterruptedException {
        if (target.answers()) {
            throw new FaultFailure(target.name() + " is frozen and answers");
        }
        return "no answer";
    }

    @Override
    public void end() throws FaultFailure, InterruptedException {
        target.resume();
    }

    @Override
    public boolean isOverAtOnce() {
        return false;
    }
}
