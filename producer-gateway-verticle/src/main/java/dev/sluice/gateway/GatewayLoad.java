package dev.sluice.gateway;

import java.util.Arrays;
import java.util.List;

/**
 * What one gateway tells the others. All are events/s.
 *
 * @param sustained that it let in before the consumers were pressed
 * @param wanted    that its clients have asked for lately
 * @param measure   that all gateways together let in before, as it remembers while it throttles; 0 while it does not
 */
record GatewayLoad(double sustained, double wanted, double measure) {

    /** A gateway without clients keeps this part of an equal share, for the first one that comes. */
    private static final double RESERVE = 0.1;

    /**
     * Max-min: who wants less than an equal share gets what it wants, the others share the rest equally; what nobody wants
     * is shared equally, too.
     *
     * @param own index into live
     */
    static double shareOf(double rate, List<GatewayLoad> live, int own) {
        double[] wanted = live.stream().mapToDouble(load -> Math.max(load.wanted, rate / live.size() * RESERVE)).toArray();
        double[] rising = wanted.clone();
        Arrays.sort(rising);
        double left = rate;
        for (int i = 0; i < rising.length; i++) {
            double equal = left / (rising.length - i);
            if (rising[i] > equal) {
                return Math.min(wanted[own], equal);
            }
            left -= rising[i];
        }
        return wanted[own] + left / live.size();
    }
}
