package dev.sluice.testing.fault;

/** SIGKILL, and a new start when it ends. */
record Kill(Target target, boolean isOverAtOnce) implements Fault {

    @Override
    public String name() {
        return "kill " + target.name();
    }

    @Override
    public void begin() throws FaultFailure, InterruptedException {
        target.requireAnswer();
        target.kill();
    }

    @Override
    public String harm() throws FaultFailure, InterruptedException {
        if (target.answers()) {
            throw new FaultFailure(target.name() + " was killed and answers");
        }
        return "no answer";
    }

    @Override
    public void end() throws FaultFailure, InterruptedException {
        target.start();
    }
}
