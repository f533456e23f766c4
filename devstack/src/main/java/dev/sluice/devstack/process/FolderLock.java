package dev.sluice.devstack.process;

import dev.sluice.devstack.StackFailure;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** One stack at a time per data folder. The kernel lets go of the lock when its process ends, however it ends. */
record FolderLock(FileChannel channel, FileLock lock) implements AutoCloseable {

    /** Empty when another stack has it. */
    static Optional<FolderLock> take(Path run) {
        try {
            FileChannel channel = FileChannel.open(run.resolve("stack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lockOf(channel);
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new FolderLock(channel, lock));
        } catch (IOException e) {
            throw new StackFailure("can't lock " + run + ": " + e.getMessage(), e);
        }
    }

    private static FileLock lockOf(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StackFailure("can't unlock the data folder", e);
        }
    }
}
