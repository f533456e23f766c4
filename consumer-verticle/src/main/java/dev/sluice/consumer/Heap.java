package dev.sluice.consumer;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/** How full the heap is with what is alive: garbage that waits for its collection is no reason to slow anybody down. */
final class Heap {

    private Heap() {
    }

    /** What the last collections left, as a share of the largest heap. Any thread. */
    static double liveRatio() {
        long live = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage afterCollection = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            live += afterCollection == null ? 0 : afterCollection.getUsed();
        }
        return (double) live / Runtime.getRuntime().maxMemory();
    }
}
